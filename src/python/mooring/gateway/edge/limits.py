"""What one connection may cost, each limit with its reason; measured in docs/gateway/edge.md."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mooring.gateway.setting import number, whole


@dataclass(frozen=True)
class EdgeLimits:
    """Seconds, bytes and counts; times are measured on the clock of the event loop."""

    # From the connection's start, or from the first byte of a later request; no byte extends it.
    head_seconds: float = number(
        5, "MOORING_HEAD_SECONDS", 0.1, 600, "a head is a few packets, over a far and slow link too"
    )
    body_seconds: float = number(
        10, "MOORING_BODY_SECONDS", 0.1, 3_600, "1 MiB needs 100 kB/s; slower holds memory for long"
    )
    body_bytes_per_second: float = number(
        1_000, "MOORING_BODY_BYTES_PER_SECOND", 0, 1e9, "slower than a modem drips on purpose"
    )
    body_grace_seconds: float = number(
        2, "MOORING_BODY_GRACE_SECONDS", 0, 600, "the first retransmission of a packet takes 1 s"
    )
    idle_seconds: float = number(
        30, "MOORING_IDLE_SECONDS", 0.1, 3_600, "longer than the pauses of a busy client"
    )
    unread_seconds: float = number(
        10, "MOORING_UNREAD_SECONDS", 0.1, 600, "who leaves an answer unread is gone or seems so"
    )
    # What still arrives after an early refusal is thrown away: a reset could destroy the answer.
    linger_seconds: float = number(
        2, "MOORING_LINGER_SECONDS", 0.1, 600, "a refusal travels to the far side and is read"
    )
    linger_bytes: int = whole(
        64 * 1_048_576, "MOORING_LINGER_BYTES", 0, 2**40, "who sends it all first reads it then"
    )

    head_bytes: int = whole(
        16 * 1_024, "MOORING_HEAD_BYTES", 256, 2**20, "room for long tokens; others allow as much"
    )
    head_lines: int = whole(
        100, "MOORING_HEAD_LINES", 1, 10_000, "a client and three proxies add about forty"
    )
    target_bytes: int = whole(
        8_192, "MOORING_TARGET_BYTES", 64, 2**20, "RFC 9110 4.1 asks for 8,000; ours have 200"
    )
    # Chunk sizes, extensions and trailers: so much, and so many times the content.
    framing_bytes: int = whole(16 * 1_024, "MOORING_FRAMING_BYTES", 0, 2**30, "as much as a head")
    framing_ratio: float = number(
        8, "MOORING_FRAMING_RATIO", 0, 1_000, "chunks of one byte are five times their content"
    )
    pipelined: int = whole(
        32, "MOORING_PIPELINED", 1, 10_000, "few clients pipeline; each that waits costs 3 kB"
    )

    connections: int = whole(
        1_024, "MOORING_CONNECTIONS", 1, 100_000, "more callers of one process would only wait"
    )
    connections_per_address: int = whole(
        64, "MOORING_CONNECTIONS_PER_ADDRESS", 1, 100_000,
        "pools of one machine; behind a proxy, which is one address, as many as connections",
    )  # fmt: skip
    # Beyond the caps: connections on which probes are answered and everything else gets a 503.
    spare_connections: int = whole(
        64, "MOORING_SPARE_CONNECTIONS", 0, 10_000, "whoever probes must learn that we live"
    )
    spare_seconds: float = number(1, "MOORING_SPARE_SECONDS", 0.1, 60, "a probe is one packet")

    sweep_seconds: float = number(
        0.25, "MOORING_SWEEP_SECONDS", 0.01, 10, "how late a deadline may be noticed"
    )

    def spare(self) -> EdgeLimits:
        """The limits of a connection beyond the caps: one short request."""
        seconds = self.spare_seconds
        return replace(self, head_seconds=seconds, body_seconds=seconds, pipelined=1)
