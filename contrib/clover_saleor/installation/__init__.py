"""The Saleor that the package is installed in: its names, languages, App and releases."""
