#!/usr/bin/env bash
# memcached with values of all sizes: what is stored comes back.
source "$(dirname "$0")/common.sh"
needs memcached perl
port=$((20000 + ($$ + 7) % 20000))
LD_PRELOAD=$library memcached -u nobody -p $port -U 0 -t 4 -m 64 >"$work/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; cleanup' EXIT
sleep 0.5
is_in $server
perl -MIO::Socket::INET -e '
    my @clients = map { IO::Socket::INET->new(PeerAddr => "127.0.0.1:'$port'") or die } 1 .. 20;
    for my $i (1 .. 20000) {
        my $c = $clients[$i % 20]; my $v = chr(97 + $i % 26) x ($i * 37 % 5000);
        print $c "set k$i 0 0 " . length($v) . "\r\n$v\r\n"; <$c> =~ /STORED/ or die "set $i";
        next if $i % 3;
        print $c "get k$i\r\n"; my $head = <$c>; read $c, my $got, length($v) + 2; my $end = <$c>;
        $got eq "$v\r\n" && $end =~ /END/ or die "get $i: $head";
    }
    print "memcached: 20000 values stored, 6666 read back\n";'
kill $server
wait $server || true
! grep -i bitslab "$work/log"
