"""Taken stretches of time, merged, answer like taken stretches one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.booking.busy import Busy

BEGIN = datetime(2026, 12, 1, tzinfo=UTC)
spans = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(
    lambda pair: (BEGIN + timedelta(minutes=pair[0]), BEGIN + timedelta(minutes=sum(pair)))
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(spans, max_size=12), spans)
def test_merged_stretches_overlap_exactly_what_one_of_them_overlaps(
    taken: list[tuple[datetime, datetime]], asked: tuple[datetime, datetime]
) -> None:
    assert Busy(taken).overlaps(*asked) == any(begin < asked[1] and asked[0] < end for begin, end in taken)
