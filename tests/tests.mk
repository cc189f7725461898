# Tests that link more than one layer, and the targets that run everything.
.PHONY: check
check: unit-tests
