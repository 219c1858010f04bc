[description]
Highwater's log, one JSON object a line on stderr, for all of the server. Its libraries are among
those of the module "highwater".

[tags]
logging

[provides]
logging
slf4j

[lib]
lib/highwater/slf4j-api-*.jar
lib/highwater/logback-*.jar

[ini]
jetty.webapp.addHiddenClasses+=,ch.qos.logback.
