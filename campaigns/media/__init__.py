"""Files: what they are, whether they can be sent, and the clean copy that is sent.

Untrusted bytes are only ever decoded in a fenced child process: callers outside this room use `fence.review` and
`fence.fit`. Everything here is pure: limits and budgets are arguments, words live with the forms.
"""
