"""Fingerprints: what a job has last written of a source that cannot say what changed.

Three layers, each packed so that one item of the state holds many records:

- page digests: a hash of a page's bytes. A page that has not changed is neither parsed nor compared.
- record fingerprints: a hash of each record as last written, by its key and not by its place, because inserts
  and removals shift pages.
- seen keys: which records the present scan has met, so that what is gone can be told at its end.
"""
