import { ENGINE_SOCKET_PATH } from '../../hardening/private/host-paths';

/** Variable that brings the configuration into the container: nothing has to be on the host, and a change of it replaces the container. */
export const CONFIG_VARIABLE = 'HAPROXY_CONFIG';

/**
 * What runs in the container beside HAProxy. A mounted socket stays the one that was there when the container started; an engine that makes a new one takes away the
 * last name of the old one, and then the container ends, so that the engine starts it with the new one. It never ends with 0: a policy of restarts that counts
 * failures starts it again.
 */
export const PROXY_PROGRAM = `socket=${ENGINE_SOCKET_PATH}
if [ ! -w "$socket" ]; then
  echo "user $(id -u) of group $(id -g) may not connect to $socket, which belongs to group $(stat -c %g "$socket"): set socketGroup to that number" >&2
  exit 1
fi
printf %s "$${CONFIG_VARIABLE}" >/tmp/haproxy.cfg || exit 1
unset ${CONFIG_VARIABLE}
haproxy -db -f /tmp/haproxy.cfg &
proxy=$!
echo "$proxy" >/tmp/haproxy.pid
trap 'kill "$proxy" 2>/dev/null; exit 1' TERM INT
while kill -0 "$proxy" 2>/dev/null && [ "$(stat -c %h "$socket" || echo 0)" != 0 ]; do
  sleep 2 &
  wait $!
done
kill "$proxy" 2>/dev/null
exit 1
`;

/** HAProxy runs, and the socket is still that of the engine. */
export const PROXY_CHECK = `kill -0 "$(cat /tmp/haproxy.pid)" && [ "$(stat -c %h ${ENGINE_SOCKET_PATH} || echo 0)" != 0 ]`;
