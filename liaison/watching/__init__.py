"""Seeing inside a running installation: request numbers, logs, probes, metrics, and the page that tells people."""
