"""The pure domain core of MKD: agreements, targets, approval rules."""
