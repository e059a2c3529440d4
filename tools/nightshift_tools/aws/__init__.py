"""A deployed stack, seen and worked on from a person's machine: what `--aws` means."""
