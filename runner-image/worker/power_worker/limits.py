"""Bounds of the frames, as the Go package internal/wire states them, and bounds of our own."""

#: wire.Version.
VERSION = 1
#: wire.MaxImage: one inline PNG in bytes.
MAX_IMAGE = 256 << 10
#: wire.MaxImageEdge: the long edge of one inline PNG in pixels.
MAX_IMAGE_EDGE = 1568
#: wire.MaxCharts: charts that one execution sends.
MAX_CHARTS = 50
#: wire.MaxData: an operation's answer in bytes.
MAX_DATA = 4 << 20
#: Columns that a dataset describes (wire.Dataset).
MAX_COLUMNS = 100

#: Characters of a traceback with its message: what a reply shows by default, so that the
#: traceback is cut here, in the middle, and not there.
MAX_TRACEBACK = 20_000
#: Characters of a value that go into a result. A longer one is printed instead, so that it is
#: cut, counted and kept in a file like any other output.
MAX_VALUE = 16_000
#: Characters of a value that is printed: beyond this nothing is formatted at all.
MAX_PRINTED_VALUE = 2_000_000
