from __future__ import annotations

from mooring.gateway.identity import prediction_ids


def test_ids_of_requests_in_the_same_millisecond_differ() -> None:
    ids = [name for _ in range(2_000) for name in prediction_ids(2)]
    assert len(set(ids)) == 4_000


def test_the_first_part_of_an_id_is_its_time() -> None:
    first, second = (int(prediction_ids(1)[0][:12], 16) for _ in range(2))
    assert 0 <= second - first < 60_000
    assert first > 1_700_000_000_000
