// Node has a WebSocket of its own from 22 on; supabase-js wants one as soon as a client is made.
import WebSocket from 'ws'

globalThis.WebSocket ??= WebSocket
