"""A real broker for development and tests: Apache Kafka in KRaft mode, from its jars, with Python enough to start it.

Flow: `make kafka`, fixtures, benchmarks → **ops.kafka** → JVMs on 127.0.0.1; knows nothing of the rest of Millrace.
"""
