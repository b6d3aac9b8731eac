"""What the benchmark sets for the gateway, all of it in its favour."""

import os

c = get_config()  # noqa: F821
c.KernelGatewayApp.ip = "127.0.0.1"
# By default output beyond 1 MB/s is thrown away.
c.GatewayWebSocketConnection.limit_rate = False
c.ZMQChannelsWebsocketConnection.limit_rate = False

if os.environ.get("GATEWAY_NODELAY"):
    from tornado.iostream import IOStream

    # A kernel answers with several small messages: Nagle's algorithm holds back all but the first
    # until the client's kernel acknowledges that one, 40 ms later.
    begin, set_nodelay = IOStream.__init__, IOStream.set_nodelay

    def init(self, *args, **kwargs):
        begin(self, *args, **kwargs)
        set_nodelay(self, True)

    IOStream.__init__ = init
    IOStream.set_nodelay = lambda self, value: set_nodelay(self, True)
