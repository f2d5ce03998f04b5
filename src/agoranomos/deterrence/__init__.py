"""Whether compliance is the best that firms can do: certificates, red teams, and calibration of thresholds."""
