#!/bin/sh
# Certificates for the S/MIME tests, made by openssl in the folder $1: a root,
# an intermediate, a council, and people with every fault that matters. Each
# NAME has NAME.pem, NAME.der and NAME.key. With more words: only those people.
set -eu
cd "$1"
shift

key() { # name, openssl's words for the algorithm
	openssl genpkey -quiet -out "$1.key" $2 2>/dev/null ||
	    openssl genpkey -out "$1.key" $2 2>/dev/null
}
sign() { # name, issuer, extensions; $days and $hash
	openssl req -new -key "$1.key" -subj "${subject:-/O=Test/CN=$1}" \
	    -out "$1.csr"
	printf '%b' "$3" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" \
	    -set_serial "0x$(openssl rand -hex 8 | sed 's/^./7/')" \
	    -days "${days:-365}" "-${hash:-sha256}" -extfile "$1.ext" \
	    -out "$1.pem" 2>/dev/null
	openssl x509 -in "$1.pem" -outform DER -out "$1.der"
}
mail() { # address, key usage, extended key usage
	printf 'basicConstraints=CA:FALSE\\n'
	printf 'keyUsage=critical,%s\\n' "${2:-digitalSignature,keyEncipherment}"
	printf 'extendedKeyUsage=%s\\n' "${3:-emailProtection}"
	printf 'subjectAltName=email:%s\\n' "$1"
}
rsa() { echo "-algorithm RSA -pkeyopt rsa_keygen_bits:$1"; }
authority='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n'

if [ ! -e root.pem ]; then
	key root "$(rsa 2048)"
	openssl req -x509 -new -key root.key -subj '/O=Test/CN=root' \
	    -days 3650 -out root.pem \
	    -addext 'basicConstraints=critical,CA:TRUE' \
	    -addext 'keyUsage=critical,keyCertSign,cRLSign'
	openssl x509 -in root.pem -outform DER -out root.der
	key middle "$(rsa 2048)"
	sign middle root "$authority"
fi
for name in "$@"; do
	subject= days= hash=
	case $name in
	bits1024) key $name "$(rsa 1024)" ;;
	bits3072|council) key $name "$(rsa 3072)" ;;
	bits4096) key $name "$(rsa 4096)" ;;
	ec|ecsign) key $name '-algorithm EC -pkeyopt ec_paramgen_curve:P-256' ;;
	ec384) key $name '-algorithm EC -pkeyopt ec_paramgen_curve:P-384' ;;
	brain) key $name \
	    '-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1' ;;
	expired|sha1|signonly|cryptonly|neither|server|subject|authority|odd|own)
	    # faults do not need keys of their own
	    [ -e shared.key ] || key shared "$(rsa 2048)"
	    cp shared.key $name.key ;;
	*) key $name "$(rsa 2048)" ;;	# people do: one key, one person
	esac
	case $name in
	council) sign $name middle "$(mail csc-anken@example.jp)" ;;
	ec|ec384|brain) sign $name middle "$(mail $name@example.jp \
	    digitalSignature,keyAgreement)" ;;
	expired) days=-1 sign $name middle "$(mail expired@example.jp)" ;;
	sha1) hash=sha1 sign $name middle "$(mail sha1@example.jp)" ;;
	signonly) sign $name middle "$(mail signonly@example.jp \
	    digitalSignature)" ;;
	ecsign) sign $name middle "$(mail ecsign@example.jp \
	    digitalSignature)" ;;
	cryptonly) sign $name middle "$(mail cryptonly@example.jp \
	    keyEncipherment)" ;;
	neither) sign $name middle "$(mail neither@example.jp \
	    dataEncipherment)" ;;
	server) sign $name middle "$(mail server@example.jp '' serverAuth)" ;;
	subject) subject="/CN=subject/emailAddress=subject@example.jp" \
	    sign $name middle 'basicConstraints=CA:FALSE\n' ;;
	authority) sign $name root "$authority" ;;
	odd) sign $name middle "$(mail odd@example.jp \
	    )1.2.3.4.5=critical,DER:05:00\n" ;;
	own) openssl req -x509 -new -key own.key -subj /CN=own -days 365 \
	    -addext basicConstraints=critical,CA:FALSE \
	    -addext subjectAltName=email:own@example.jp -out own.pem
	    openssl x509 -in own.pem -outform DER -out own.der ;;
	*) sign $name middle "$(mail $name@example.jp)" ;;
	esac
done
