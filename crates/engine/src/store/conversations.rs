//! Conversations: the server's row and how far this device is.
