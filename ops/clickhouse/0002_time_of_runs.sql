-- The time that a run saw as now, in epoch ms: a replay of it sees the same. 0 where it was not written down.

ALTER TABLE node_runs ADD COLUMN IF NOT EXISTS now Int64 DEFAULT 0 CODEC(Delta, ZSTD(1));
