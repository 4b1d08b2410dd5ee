"""What the flow tests share: a council with its programs, a private Postfix,
OpenDKIM, a sink for what leaves, people with GnuPG homes, and mails as
organisations really write them. No test sleeps for a fixed time: everything is
waited for, with a deadline."""
