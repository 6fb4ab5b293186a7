"""Answers: from stored rows to the types of the wire, with what the reader may not see left out. No I/O."""
