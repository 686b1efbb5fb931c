"""The command `seesay demo`: a page on this machine that hears words and looks at pictures."""
