"""The commands of the command line, one module each; :mod:`evalkit.cli` puts them together."""
