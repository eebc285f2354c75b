"""What is known of people before anybody is decided upon: counted over all, and shown of one."""
