"""The `<clover-card>` custom element and the files a page needs for it."""
