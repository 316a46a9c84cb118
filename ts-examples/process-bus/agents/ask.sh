# Asks what coffee costs and publishes whether there was an answer.
read -r task
echo '{"type":"request","id":"coffee","subject":"prices.ask","payload":"coffee"}'
read -r answer
case "$answer" in
  *'"ok":true'*) said="coffee is sold" ;;
  *) said="no coffee today" ;;
esac
echo "{\"type\":\"publish\",\"subject\":\"news.shell\",\"payload\":\"$said\"}"
