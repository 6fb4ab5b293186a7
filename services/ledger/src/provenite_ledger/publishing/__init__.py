"""The log made public: tiles, guard, signed checkpoints, proofs."""
