"""A maximum flow and its minimum cut (Dinic, 1970), for graphs of a few hundred nodes."""

from __future__ import annotations

from collections import deque

EPSILON = 1e-12  # of the largest capacity: less is rounding, and would be pushed for ever


class Network:
    """Capacities between nodes 0..n-1; `flow` uses them up."""

    __slots__ = ("capacity", "edges", "heads")

    def __init__(self, nodes: int) -> None:
        self.edges: list[list[int]] = [[] for _ in range(nodes)]
        self.heads: list[int] = []
        self.capacity: list[float] = []

    def join(self, tail: int, head: int, capacity: float) -> int:
        """Add an edge and return its number; its reverse has the next one."""
        number = len(self.heads)
        for node, to, room in ((tail, head, capacity), (head, tail, 0.0)):
            self.edges[node].append(len(self.heads))
            self.heads.append(to)
            self.capacity.append(room)
        return number

    def flow(self, source: int, sink: int) -> float:
        """Return the greatest flow from source to sink; the residual network remains."""
        finite = [room for room in self.capacity if room < float("inf")]
        least = EPSILON * max(finite, default=0.0)
        total = 0.0
        while True:
            level = self._levels(source, least)
            if level[sink] < 0:
                return total
            start = [0] * len(self.edges)
            while pushed := self._push(source, sink, level, start, least):
                total += pushed

    def reached(self, source: int) -> list[bool]:
        """Return, after `flow`, which nodes lie on the source's side of the minimum cut."""
        finite = [room for room in self.capacity if room < float("inf")]
        return [each >= 0 for each in self._levels(source, EPSILON * max(finite, default=0.0))]

    def _levels(self, source: int, least: float) -> list[int]:
        level = [-1] * len(self.edges)
        level[source] = 0
        queue = deque([source])
        while queue:
            node = queue.popleft()
            for edge in self.edges[node]:
                to = self.heads[edge]
                if level[to] < 0 and self.capacity[edge] > least:
                    level[to] = level[node] + 1
                    queue.append(to)
        return level

    def _push(
        self, source: int, sink: int, level: list[int], start: list[int], least: float
    ) -> float:
        """Send flow down one path of rising levels; 0 when none is left.  No recursion: paths
        are as long as the longest chain of cases."""
        path: list[int] = []
        node = source
        while node != sink:
            edges = self.edges[node]
            while start[node] < len(edges):
                edge = edges[start[node]]
                if level[self.heads[edge]] == level[node] + 1 and self.capacity[edge] > least:
                    break
                start[node] += 1
            else:
                if not path:
                    return 0.0
                edge = path.pop()  # a dead end: go back and never come here again
                node = self.heads[edge ^ 1]
                start[node] += 1
                continue
            path.append(edge)
            node = self.heads[edge]
        pushed = min(self.capacity[edge] for edge in path)
        for edge in path:
            self.capacity[edge] -= pushed
            self.capacity[edge ^ 1] += pushed
        return pushed
