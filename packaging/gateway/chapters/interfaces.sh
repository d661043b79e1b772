#!/bin/bash
# The list of interfaces is live, and chosen interfaces are followed in two seconds when they come, go, flap, change or are made again.
permits all
GW() { ip -n "$name-gw" "$@"; }
# A cable between the gateway and the LAN client: its names there and here, the network's number.
cable() { # cable GATEWAY-NAME CLIENT-NAME NUMBER
    ip link add "$1" netns "$name-gw" type veth peer name "$2" netns "$name-lan"
    GW address add "10.9.$3.1/24" dev "$1"
    GW address add "fd00:9:$3::1/64" dev "$1" nodad
    ip -n "$name-lan" address add "10.9.$3.10/24" dev "$2"
    ip -n "$name-lan" address add "fd00:9:$3::10/64" dev "$2" nodad
    GW link set "$1" up
    ip -n "$name-lan" link set "$2" up
}
served() { greets lan "10.9.$1.1" 25 && greets lan "fd00:9:$1::1" 25; }
# shows NAME PATTERN: the line of that interface says so
shows() { G postern interfaces > "$work/interfaces" && awk -v name="$1" '$1 == name' "$work/interfaces" > "$work/line" && grep -qE -- "$2" "$work/line"; }
lacks() { G postern interfaces > "$work/interfaces" && ! grep -q "^$1 " "$work/interfaces"; }
says() { G postern interfaces > "$work/interfaces" && grep -qF -- "$1" "$work/interfaces"; }
set_to() { G postern settings set "$1" "$2" > /dev/null; }
sockets() { G ss -Hltn "sport = :$1" | awk '{ print $4 }' | sort | paste -sd' '; }
are() { [ "$(sockets "$1")" = "$2" ]; }

echo "-- the list"
prove "the LAN's interface is internal, with its addresses" shows lan0 'veth +up +internal +192\.168\.50\.1/24, fd00:50::1/64'
prove "the way to the world is external" shows wan0 'veth +up +external +203\.0\.113\.1/24'
prove "loopback is loopback" shows lo 'loopback +up +loopback +127\.0\.0\.1/8, ::1/128'
prove "what listens is told" shows lan0 'smtp 25.*imap 143'
GW address add 192.168.77.1/24 dev lan0
within 2000 "an address comes" shows lan0 '192\.168\.77\.1/24'
GW address del 192.168.77.1/24 dev lan0
within 2000 "an address goes" sh -c "! '$gateway/gateway-exec.sh' $name postern interfaces | grep -q 192.168.77"
GW link set lan0 down
within 2000 "switched off" shows lan0 'veth +down '
GW link set lan0 up
within 2000 "switched on" shows lan0 'veth +up '
GW address replace fd00:50::1/64 dev lan0 nodad
ip -n "$name-lan" link set eth0 down
within 2000 "its cable is pulled" shows lan0 'veth +no-carrier '
ip -n "$name-lan" link set eth0 up
ip -n "$name-lan" address replace fd00:50::10/64 dev eth0 nodad
within 2000 "and plugged in" shows lan0 'veth +up '
GW route del default via 203.0.113.10
GW -6 route del default via 2001:db8:1::10
within 2000 "without a default route it is internal" shows wan0 ' internal '
GW route add default nexthop via 203.0.113.10 nexthop via 203.0.113.11
within 2000 "with one over two gateways external again" shows wan0 ' external '
GW route del default
GW route add default via 203.0.113.10
GW -6 route add default via 2001:db8:1::10
set_to network.internal-interfaces 'lan*'
within 2000 "the setting decides who is internal" shows wan0 ' external '
G postern settings reset network.internal-interfaces > /dev/null
for kind in bridge tun macvlan; do
    case $kind in
        bridge) GW link add br-lan.100 type bridge && new=br-lan.100 told=bridge ;;
        tun) GW tuntap add tun7 mode tun && new=tun7 told=tun ;;
        macvlan) GW link add mac0 link wan0 type macvlan && new=mac0 told=macvlan ;;
    esac
    within 2000 "a $kind comes" shows "$new" "^$new +$told +down"
    GW link del "$new"
    within 2000 "a $kind goes" lacks "$new"
done
steady list

echo "-- chosen interfaces come and go"
set_to smtp.interfaces 'lan0,lan.7,ppp*'
within 2000 "an interface that is not there is no mistake" are 25 "*%lan0:25 *%lo:25"
prove "it is shown" says "lan.7 is chosen in the settings and not there now"
prove "so is a pattern" says "ppp* is chosen in the settings and not there now"
cable lan.7 eth7 7
within 2000 "it comes, with a dot in its name, and is served at once" served 7
prove "it is no longer missing" sh -c "! '$gateway/gateway-exec.sh' $name postern interfaces | grep -q 'lan.7 is chosen'"
prove "the list says what listens on it" shows lan.7 'smtp 25'
cable ppp0 eth8 8
within 2000 "so is one that a pattern means" served 8
GW link set ppp0 name ppp7 2> /dev/null || { GW link set ppp0 down && GW link set ppp0 name ppp7 && GW link set ppp7 up; }
GW address replace fd00:9:8::1/64 dev ppp7 nodad
within 2000 "it gets another name within the pattern" are 25 "*%lan.7:25 *%lan0:25 *%lo:25 *%ppp7:25"
within 2000 "and is served" served 8
GW link set ppp7 name wwan0 2> /dev/null || { GW link set ppp7 down && GW link set ppp7 name wwan0 && GW link set wwan0 up; }
within 2000 "it gets a name that is not chosen" are 25 "*%lan.7:25 *%lan0:25 *%lo:25"
refute "and is not served" greets lan 10.9.8.1 25
GW link del lan.7
within 2000 "one vanishes" are 25 "*%lan0:25 *%lo:25"
cable lan.7 eth7 7
within 2000 "and is made again, with another number" served 7
GW address add 10.9.70.1/24 dev lan.7
ip -n "$name-lan" address add 10.9.70.10/24 dev eth7
within 2000 "it gets another address" greets lan 10.9.70.1 25

echo "-- flapping"
for _ in $(seq 20); do
    GW link set lan.7 down
    GW link set lan.7 up
done
GW address replace fd00:9:7::1/64 dev lan.7 nodad
within 2000 "an interface that went up and down twenty times is served" served 7
for _ in $(seq 10); do
    GW link del lan.7
    cable lan.7 eth7 7
done
within 2000 "one that was made ten times over is served" served 7
prove "its sockets are no more than one" are 25 "*%lan.7:25 *%lan0:25 *%lo:25"
G ss -Hltnp > "$work/sockets"
prove "systemd keeps no socket of its forerunners" test "$(G systemctl show -P NFileDescriptorStore postern.service)" = "$(grep '%' "$work/sockets" | grep -c systemd)"

echo "-- more events than a socket holds"
# Five hundred interfaces come and go in one breath: events are lost, and what is told afterwards is what there is.
for number in $(seq 250); do echo "link add x$number type bridge"; done > "$work/come"
sed 's/add \(x[0-9]*\) .*/del \1/' "$work/come" > "$work/go"
GW -batch "$work/come"
within 2000 "the last of 250 is there" shows x250 bridge
prove "all of them are" sh -c "[ \$('$gateway/gateway-exec.sh' $name postern interfaces | grep -c '^x') = 250 ]"
GW -batch "$work/go"
within 2000 "the last of 250 is gone" lacks x250
prove "all of them are" sh -c "! '$gateway/gateway-exec.sh' $name postern interfaces | grep -q '^x'"
prove "the chosen ones are served as before" served 7
prove "nothing was amiss in the journal" sh -c "! '$gateway/gateway-exec.sh' $name journalctl -u postern.service -p err --no-pager -q | grep ."
steady "at the end"
