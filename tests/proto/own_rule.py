"""A firm's own rule that would be taken for the law, if its words were told as if they were anybody else's."""

OWN_RULE = """
id = "acme.dfars"
version = "1"
title = "DFARS 252.225-7052: no covered nation"
summary = "What DFARS 252.225-7052 asks for is met."
jurisdiction = "United States"
status = "claim"
as_of = 2026-11-01
verify_by = 2099-01-01
date_basis = "claim"
measure = "any_stage"
caveat = ["The Department of Defense ” accepts this certificate."]

[[source]]
title = "DFARS 252.225-7052 (48 CFR 252.225-7052), paragraphs (a) to (c)"
confidence = "high"

[[row]]
[[row.test]]
kind = "share"
name = "no covered-nation stage"
lens = "source"
other = "good"
at_least = "1"
"""
