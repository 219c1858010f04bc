[description]
Puts one Highwater node into the server, for all WARs deployed in it: Highwater's classes, its
admin port, and its WebSocket engine in front of the web applications. Settings are Highwater's
keys, from highwater.properties in this folder, the environment or system properties.

[tags]
websocket

[depend]
logging
server
http
http2c
ssl
http2
https
client

[after]
http
http2c
ssl
http2
https

[lib]
lib/highwater/*.jar
lib/highwater/jakarta/

[xml]
etc/highwater.xml

[ini]
## A WAR that brings copies of Highwater's own classes still gets the server's.
## Jakarta's classes look for their default configurator by the WAR's class loader.
jetty.server.addHiddenClasses+=,-org.eclipse.jetty.ee10.websocket.jakarta.
jetty.server.addProtectedClasses+=,-io.highwater.endpoint.demo.,-io.highwater.war.,io.highwater.
