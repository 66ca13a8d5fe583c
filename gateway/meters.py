"""Meters: what the gateway counts, in a registry of its own.

Flow: ingress → **meters** → `GET /metrics`.
The hot path adds to plain numbers; Prometheus sees them when it asks.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class Meters(Collector):
    """Counts of webhook answers by status, and gauges read when asked."""

    def __init__(
        self, gauges: dict[str, tuple[str, Callable[[], float]]], collectors: Iterable[Collector] = ()
    ) -> None:
        self._answered: Counter[int] = Counter()
        self._refused: Counter[int] = Counter()
        self._gauges = gauges
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)
        for collector in collectors:
            self.registry.register(collector)

    def answered(self, status: int) -> None:
        """Count an answer to a webhook that started an execution."""
        self._answered[status] += 1

    def refused(self, status: int) -> None:
        """Count a webhook request that ended with a problem."""
        self._refused[status] += 1

    def collect(self) -> Iterable[Metric]:
        """Give the present figures."""
        answered = CounterMetricFamily(
            "millrace_webhooks", "Webhook requests that started an execution.", labels=["status"]
        )
        for status, count in self._answered.items():
            answered.add_metric([str(status)], count)
        refused = CounterMetricFamily("millrace_webhooks_refused", "Webhook requests refused.", labels=["status"])
        for status, count in self._refused.items():
            refused.add_metric([str(status)], count)
        yield answered
        yield refused
        for name, (text, read) in self._gauges.items():
            yield GaugeMetricFamily(name, text, value=read())

    def text(self) -> bytes:
        """Write all figures in Prometheus' text format."""
        return generate_latest(self.registry)
