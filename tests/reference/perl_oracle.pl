# Evaluates expressions as LemonLDAP::NG's handler hands them to Perl: one JSON case a line in, one answer a line out.
use strict;
use warnings;
use JSON::PP;
use MIME::Base64;

$| = 1;
binmode STDIN;
binmode STDOUT;
local $SIG{__WARN__} = sub { };
local $" = undef;    # as in the Safe compartment
my $json = JSON::PP->new->utf8->canonical;

sub bytes {
    my $text = shift;
    utf8::encode($text) if utf8::is_utf8($text);
    return $text;
}

sub encoded {
    my $value = shift;
    return { map { bytes($_) => encoded( $value->{$_} ) } keys %$value } if ref $value eq 'HASH';
    return [ map { encoded($_) } @$value ] if ref $value eq 'ARRAY';
    return defined $value ? bytes($value) : undef;
}

sub rewritten {
    my $text = shift;
    $text =~ s/\$vhost\b/\$ENV{HTTP_HOST}/sg;
    $text =~ s/\$ip\b/\$ENV{REMOTE_ADDR}/sg;
    $text =~ s/\$(?!(?:ENV|env)\b)(_\w+|[a-zA-Z]\w*)/\$s->{$1}/sg;
    $text =~ s/\$ENV\{/\$r->{env}->\{/g;
    $text =~ s/\$env->\{/\$r->{env}->\{/g;
    return $text;
}

while ( my $line = <STDIN> ) {
    my $case   = $json->decode($line);
    my $header = $case->{kind} eq 'header';
    my $text   = rewritten( bytes( $case->{expr} ) ) . ( $header ? " // ''" : '' );
    my $code   = eval "package Jail; no strict; no warnings; sub { my (\$r, \$s) = \@_; return($text) }";
    if ( !$code ) {
        print $json->encode( { id => $case->{id}, error => 'refused' } ), "\n";
        next;
    }
    my @arguments = ( { env => encoded( $case->{env} ) }, encoded( $case->{session} ) );
    my $value;
    my $done = eval {
        local $SIG{ALRM} = sub { die "too long\n" };
        alarm 2;
        $value = $header ? ( $code->(@arguments) )[0] : scalar $code->(@arguments);
        alarm 0;
        1;
    };
    alarm 0;
    if ( !$done ) {
        print $json->encode( { id => $case->{id}, failed => \1 } ), "\n";
        next;
    }
    print $json->encode(
        {
            id => $case->{id}, bool => $value ? \1 : \0, undef => defined $value || $header ? \0 : \1,
            value_b64 => encode_base64( defined $value ? bytes("$value") : '', '' ),
        }
    ), "\n";
}
