#!/usr/bin/env bash
# Hashes, sorts, regular expressions and forks in perl.
source "$(dirname "$0")/common.sh"
needs perl
export PERL_HASH_SEED=0
same "words" perl -e '
    my %count; my $text = join " ", map { "word" . ($_ * 7919 % 5003) } 1 .. 200000;
    $count{$1}++ while $text =~ /(\w+)/g;
    print "$_ $count{$_}\n" for sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
    my @lists = map { [ map { { name => "n$_", values => [1 .. $_ % 50] } } 1 .. 50 ] } 1 .. 500;
    print scalar(map { @$_ } @lists), "\n";'
same "forks" perl -e '
    for my $n (1 .. 20) { my $pid = fork; if (!$pid) { my %h = map { $_ => "x" x $_ } 1 .. 1000; exit(keys(%h) == 1000 ? 0 : 1) } waitpid $pid, 0; print "$n $?\n" }'
