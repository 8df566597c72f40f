"""The files of a model's data set: added and removed, all of a command or none."""
