-- The public form of events, with comparisons of shadows.

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
                ['execution.started', 'execution.finished', 'node.retried', 'shadow.compared'],
                ['ExecutionStarted', 'ExecutionFinished', 'NodeRetried', 'ShadowCompared'], ''),
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
