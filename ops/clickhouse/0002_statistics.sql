-- Statistics ask for stretches of time within a day; ids of executions begin with their time, so neighbours ran together.

ALTER TABLE node_runs ADD INDEX IF NOT EXISTS by_time at TYPE minmax GRANULARITY 4;
