#!/usr/bin/perl
# invent_release.pl SEED SCRIPT [TAKEN]: an install script that could have been the release before this one: parts of SCRIPT are missing or
# otherwise, and it has some of its own. TAKEN: also a right that is taken back.
use strict;
use warnings;

my ($seed, $path, $taken) = @ARGV;
srand $seed;
open my $file, '<', $path or die "$path: $!\n";
my $text = do { local $/; <$file> };
my @parts = split /(?=^---------- )/m, $text;

# Parts of one function, of which nothing else is made.
my @single = grep { /^---------- (auth|queue|jobs|outbox|mail|push|webhooks)\// && (() = /^CREATE /mg) == 1 && /^CREATE FUNCTION/m } @parts;
my %touched;
sub some { # so many parts that nothing was done to yet
    my ($count, $wanted) = @_;
    my @found;
    my @left = grep { !$touched{$_} && $_ =~ $wanted } @single;
    while (@left && @found < $count) { push @found, splice @left, int rand @left, 1 }
    $touched{$_} = 1 for @found;
    return @found;
}
my %other;
$other{$_} = '' for some(12, qr/./);
for (some(12, qr/AS \$\$/)) { (my $new = $_) =~ s/AS \$\$/AS \$\$ -- as it was/; $other{$_} = $new }
for (some(6, qr/^RETURNS pg_catalog\.text$/m)) { (my $new = $_) =~ s/^RETURNS pg_catalog\.text$/RETURNS pg_catalog.varchar/m; $other{$_} = $new }
for (some(6, qr/\bSTABLE\b/)) { (my $new = $_) =~ s/\bSTABLE\b/VOLATILE COST 7/; $other{$_} = $new }
for (some(6, qr/ SECURITY DEFINER/)) { (my $new = $_) =~ s/ SECURITY DEFINER//; $other{$_} = $new }
for (some(6, qr/^COMMENT ON/m)) { (my $new = $_) =~ s/^(COMMENT ON FUNCTION .*?\)\s+IS ')/$1Formerly: /ms; $other{$_} = $new }
for (some(4, qr/^COMMENT ON/m)) { (my $new = $_) =~ s/^COMMENT ON .*?';\n//ms; $other{$_} = $new }
for (some(6, qr/^GRANT EXECUTE ON FUNCTION [^;]*;/m)) { (my $new = $_) =~ s/^GRANT EXECUTE ON FUNCTION [^;]*;\n//m; $other{$_} = $new }
for (some(3, qr/^ALTER FUNCTION [^;]* OWNER TO howdah_owner;/m)) { (my $new = $_) =~ s/^ALTER FUNCTION [^;]* OWNER TO howdah_owner;\n//m; $other{$_} = $new }
@parts = map { $other{$_} // $_ } @parts;

# Natives that were not there, where nothing but the generated part names them.
my $rest = join '', grep { !/^---------- generated/ } @parts;
my $views = join '', $rest =~ /^CREATE VIEW .*?;/msg;
for my $part (grep { /^---------- generated/ } @parts) {
    my @names = $part =~ /^CREATE FUNCTION howdah_private\."?(\w+)"?\(/mg;
    my @free = grep { $rest !~ /(ON|ALTER) (FUNCTION|AGGREGATE)[^;]*\b$_\b/ && $rest !~ /FUNC = howdah_private\.$_/ && $views !~ /\b$_\b/ } @names;
    for (1 .. 5) {
        my $name = splice @free, int rand @free, 1;
        $part =~ s/^CREATE FUNCTION howdah_private\."?$name"?\(.*?;\n//ms;
    }
}
print @parts;
# Functions that are gone.
for my $n (1 .. 5) {
    print <<"SQL";
CREATE FUNCTION auth.old_$n(a pg_catalog.text, VARIADIC "b c" pg_catalog.int8[] DEFAULT '{1,2}', OUT d pg_catalog.text)
LANGUAGE plpgsql AS \$x\$ BEGIN d := NULL; -- ; 'not the end
END \$x\$;
COMMENT ON FUNCTION auth.old_$n(pg_catalog.text, pg_catalog.int8[]) IS 'It''s; gone.';
REVOKE EXECUTE ON FUNCTION auth.old_$n(pg_catalog.text, pg_catalog.int8[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.old_$n(pg_catalog.text, pg_catalog.int8[]) TO anon;
SQL
}
# A right that is taken back: an update asks for that by hand.
print "GRANT EXECUTE ON FUNCTION auth.uid() TO howdah_courier;\n" if defined $taken;
