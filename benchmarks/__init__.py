"""Measurements: each compares in one run, interleaved, and reports medians as ratios to a bare baseline.

Absolute times belong to the machine that they were taken on.
"""
