"""What one connection may cost, each limit with its reason; measured in docs/gateway/edge.md."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class EdgeLimits:
    """Seconds, bytes and counts; times are measured on the clock of the event loop."""

    # A head fits into a few packets: even a far and slow link needs no more. It counts from the
    # connection's start, or from the first byte of a later request, and no byte extends it.
    head_seconds: float = 5.0
    # The largest body that contracts start with (1 MiB) needs 100 kB/s; more than that is slow
    # enough to be no batch client, and holds memory as long as it lasts.
    body_seconds: float = 10.0
    # Somebody slower than a modem drips on purpose. Judged after the grace, so that one lost packet
    # (a retransmission takes 1 s at first) ends nothing.
    body_bytes_per_second: float = 1_000.0
    body_grace_seconds: float = 2.0
    # Longer than the pause between two requests of a busy client, and than the gaps of a pool.
    idle_seconds: float = 30.0
    # An answer is small: who leaves it unread for so long is gone, or wants to seem so.
    unread_seconds: float = 10.0
    # After an early refusal what still arrives is thrown away: a reset could destroy the answer.
    linger_seconds: float = 2.0
    linger_bytes: int = 64 * 1_048_576

    # Room for long cookies and tokens; what other servers allow, too.
    head_bytes: int = 16 * 1_024
    head_lines: int = 100
    # RFC 9110 4.1 asks for at least 8,000; ours have less than 200.
    target_bytes: int = 8_192
    # Chunk sizes, extensions and trailers. A sender of single bytes needs five times its content.
    framing_bytes: int = 16 * 1_024
    framing_ratio: float = 8.0
    # Nobody's library pipelines; each waiting request costs about 3 kB.
    pipelined: int = 32

    # One process serves some thousands of requests a second: more callers than this only wait.
    connections: int = 1_024
    # One machine's pools. Behind a proxy every caller has its address: raise it to `connections`.
    connections_per_address: int = 64
    # Connections beyond these caps on which only probes are answered, and the others get a 503.
    spare_connections: int = 64
    spare_seconds: float = 1.0

    # How late a deadline may be noticed; one timer for all connections.
    sweep_seconds: float = 0.25

    def spare(self) -> EdgeLimits:
        """The limits of a connection beyond the caps: one short request."""
        seconds = self.spare_seconds
        return replace(self, head_seconds=seconds, body_seconds=seconds, pipelined=1)
