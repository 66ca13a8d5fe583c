"""Transports: the log that everything travels on, embedded or a real Kafka.

Flow: streams → **transports** → log.
"""
