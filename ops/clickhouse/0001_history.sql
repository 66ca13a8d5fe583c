-- History as SQL: executions, node runs, what happened to executions, dead letters.
-- Rows are deduplicated by their sorting key: read with FINAL (or argMax) to see each once.
-- Days are dropped whole: the retention is set to the configured number of days at start.

CREATE TABLE IF NOT EXISTS executions (
    id String CODEC(ZSTD(1)),
    workflow LowCardinality(String),
    version LowCardinality(String),
    status LowCardinality(String),
    rank UInt8 COMMENT '0 running, 1 waiting, 2 ended: the highest wins',
    mode LowCardinality(String),
    started_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    finished_at Nullable(DateTime64(3, 'UTC')) CODEC(Delta, ZSTD(1)),
    node LowCardinality(String) COMMENT 'where it began, or what it ended at',
    runs UInt32 CODEC(T64, ZSTD(1)),
    error String CODEC(ZSTD(1)) COMMENT 'JSON, empty where there is none',
    INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 8
)
ENGINE = ReplacingMergeTree(rank)
PARTITION BY toDate(started_at)
ORDER BY (started_at, id)
TTL toDateTime(started_at) + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024;

CREATE TABLE IF NOT EXISTS node_runs (
    execution String CODEC(ZSTD(1)),
    workflow LowCardinality(String),
    version LowCardinality(String),
    node LowCardinality(String),
    type LowCardinality(String),
    run UInt32,
    seq UInt32,
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when it ended',
    status LowCardinality(String),
    duration_us UInt64 CODEC(T64, ZSTD(1)),
    attempt UInt16,
    counts Array(UInt32) COMMENT 'items per output',
    outputs String CODEC(ZSTD(1)) COMMENT 'JSON: items per output; empty where blob refers to them',
    blob String,
    sources String CODEC(ZSTD(1)) COMMENT 'JSON: [node, output, run] per input',
    error String CODEC(ZSTD(1)) COMMENT 'JSON, empty where there is none'
)
ENGINE = ReplacingMergeTree(attempt)
PARTITION BY toDate(at)
ORDER BY (execution, node, run)
TTL toDateTime(at) + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024, index_granularity_bytes = 2097152;

CREATE TABLE IF NOT EXISTS execution_events (
    execution String CODEC(ZSTD(1)),
    event LowCardinality(String),
    workflow LowCardinality(String),
    version LowCardinality(String),
    node LowCardinality(String),
    run UInt32,
    attempt UInt16,
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    payload String CODEC(ZSTD(1)) COMMENT 'JSON: the fields of the event'
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(at)
ORDER BY (execution, event, node, run, attempt)
TTL toDateTime(at) + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS dead_letters (
    topic LowCardinality(String),
    partition UInt32,
    offset Int64,
    reason String CODEC(ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    raw String CODEC(ZSTD(1)) COMMENT 'the record as it came, where it did not decode',
    execution String CODEC(ZSTD(1)),
    workflow LowCardinality(String),
    node LowCardinality(String),
    run UInt32,
    task String CODEC(ZSTD(1)) COMMENT 'JSON, empty where there is none'
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(at)
ORDER BY (topic, partition, offset, execution, node, run)
TTL toDateTime(at) + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1;

-- Every event in its public form. Node runs are not stored twice: their part of it is read from node_runs, and
-- the items stay there.
CREATE OR REPLACE VIEW events AS
SELECT
    lower(concat(
        substring(digest, 1, 8), '-', substring(digest, 9, 4), '-8', substring(digest, 14, 3), '-',
        substring('89AB', 1 + modulo(reinterpretAsUInt8(unhex(concat('0', substring(digest, 17, 1)))), 4), 1),
        substring(digest, 18, 3), '-', substring(digest, 21, 12)
    )) AS event_id,
    event AS event_type,
    execution AS aggregate_id,
    'execution' AS aggregate_type,
    at AS timestamp,
    CAST(NULL, 'Nullable(String)') AS user_id,
    payload,
    execution AS correlation_id,
    CAST(NULL, 'Nullable(String)') AS causation_id,
    version,
    workflow
FROM (
    SELECT
        hex(SHA256(concat(
            transform(event,
                ['execution.started', 'execution.finished', 'node.retried'],
                ['ExecutionStarted', 'ExecutionFinished', 'NodeRetried'], ''),
            '\x1f', execution, '\x1f', node, '\x1f', toString(run), '\x1f', toString(attempt)
        ))) AS digest,
        toString(event) AS event, execution, at,
        replaceRegexpOne(payload, '^[{]"event":"[^"]*",', '{') AS payload, toString(version) AS version, toString(workflow) AS workflow
    FROM execution_events FINAL
    UNION ALL
    SELECT
        hex(SHA256(concat(
            'NodeFinished', '\x1f', execution, '\x1f', node, '\x1f', toString(run), '\x1f', toString(attempt)
        ))) AS digest,
        'node.finished' AS event, execution, at,
        concat(
            '{"execution":', toJSONString(execution), ',"workflow":', toJSONString(toString(workflow)),
            ',"version":', toJSONString(toString(version)), ',"at":', toString(toUnixTimestamp64Milli(at)),
            ',"node":', toJSONString(toString(node)), ',"node_type":', toJSONString(toString(type)),
            ',"run":', toString(run), ',"seq":', toString(seq), ',"status":', toJSONString(toString(status)),
            ',"duration_us":', toString(duration_us), ',"attempt":', toString(attempt),
            ',"counts":', toString(counts), ',"blob":', if(blob = '', 'null', toJSONString(blob)),
            ',"sources":', if(sources = '', '[]', sources), ',"error":', if(error = '', 'null', error), '}'
        ) AS payload,
        toString(version) AS version, toString(workflow) AS workflow
    FROM node_runs FINAL
);
