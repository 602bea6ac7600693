"""The modules that administrators use today, from Debian's packages, each with what its package's manual advises."""

import json
import secrets
import subprocess
import time
import urllib.parse

from sandbox.httpd import MODULES
from sandbox.process import subfolder, write
from tests.bench.contest.contestants import PORTAL, Contestant, person
from tests.bench.contest.oidc_provider import CLIENT, SECRET, OidcProvider
from tests.bench.contest.scenarios import HOST, Scenario
from tests.bench.contest.server import MeasuredHttpd


def load(name: str) -> str:
    return f'LoadModule {name}_module "{MODULES}/mod_{name}.so"\n'


class PerlHandler(Contestant):
    """LemonLDAP::NG's handler in mod_perl, with sessions in files and its local cache of them."""

    name = "perl"
    title = "LemonLDAP::NG's Perl handler"
    extra_packages = True

    def can(self, scenario: Scenario) -> bool:
        return not scenario.http2 and scenario.sessions <= 10_000  # mod_perl wants prefork

    def enter(self, server: MeasuredHttpd, backend: int | None) -> None:
        cookies = [secrets.token_hex(32) for _ in range(server.scenario.sessions)]
        sessions = subfolder(server.folder, "llng-sessions")
        locks = subfolder(server.folder, "llng-locks")
        for number, cookie in enumerate(cookies):
            write(sessions / cookie, json.dumps({**person(number), "_session_id": cookie, "_session_kind": "SSO",
                                                 "_utime": int(time.time()), "authenticationLevel": 2}))
        cache = {"namespace": "sessions", "default_expires_in": 600, "cache_depth": 3,
                 "cache_root": str(subfolder(server.folder, "llng-cache"))}
        # rules are tried in the byte order of their texts
        rules = {f"(?#{number:04}){rule.match}": f"$groups =~ /\\b{rule.group}\\b/"
                 for number, rule in enumerate(server.scenario.rules)}
        configuration = {
            "cfgNum": 1, "cfgDate": int(time.time()), "cfgVersion": "2.16.1", "domain": "sso.test", "portal": PORTAL, "cookieName": "lemonldap",
            "key": secrets.token_hex(8), "timeout": 72000, "whatToTrace": "uid", "hideSignature": 1,
            "globalStorage": "Apache::Session::File",
            "globalStorageOptions": {
                "Directory": str(sessions), "LockDirectory": str(locks),
                "generateModule": "Lemonldap::NG::Common::Apache::Session::Generate::SHA256"},
            "localSessionStorage": "Cache::FileCache", "localSessionStorageOptions": cache,
            "locationRules": {HOST: {**rules, "default": "deny"}},
            "exportedHeaders": {HOST: server.scenario.headers},
        }
        folder = subfolder(server.folder, "llng-conf")
        write(folder / "lmConf-1.json", json.dumps(configuration))
        ini = write(server.folder / "conf" / "lemonldap-ng.ini",
                    f"[all]\nlogLevel = warn\n[configuration]\ntype = File\ndirName = {folder}\n[handler]\nstatus = 0\n")
        server.write_requests([f"theme=dark; lemonldap={cookie}" for cookie in cookies])
        server.serve(load("perl") + f'PerlSetEnv LLNG_DEFAULTCONFFILE "{ini}"\nPerlOptions +GlobalRequest\n'
                     "PerlModule Lemonldap::NG::Handler::ApacheMP2\n",
                     "PerlHeaderParserHandler Lemonldap::NG::Handler::ApacheMP2", backend)


class AuthOpenidc(Contestant):
    """One session, opened by a whole login at a provider of our own. It has no rules and no headers to be compared."""

    name = "openidc"
    title = "mod_auth_openidc"
    extra_packages = True

    def can(self, scenario: Scenario) -> bool:
        return len(scenario.rules) == 1 and scenario.sessions == 1 and len(scenario.headers) == 2

    def enter(self, server: MeasuredHttpd, backend: int | None) -> None:
        with OidcProvider(subfolder(server.folder, "provider")) as provider:
            server.serve(load("auth_openidc") + load("authz_user"), f"""\
OIDCProviderIssuer {provider.issuer}
OIDCProviderAuthorizationEndpoint {provider.issuer}authorize
OIDCProviderTokenEndpoint {provider.issuer}token
OIDCProviderTokenEndpointAuth client_secret_post
OIDCSSLValidateServer Off
OIDCIDTokenSignedResponseAlg HS256
OIDCClientID {CLIENT}
OIDCClientSecret {SECRET}
OIDCRedirectURI http://{HOST}/callback
OIDCCryptoPassphrase {secrets.token_hex(16)}
OIDCSessionInactivityTimeout 86400
OIDCSessionMaxDuration 86400
<Location />
    AuthType openid-connect
    Require valid-user
</Location>""", backend)
            server.write_requests([self._log_in(server)])

    def _log_in(self, server: MeasuredHttpd) -> str:
        browser = {"Accept": "text/html"}
        first = server.get(HOST, server.scenario.paths[0], browser, timeout=60)
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(first.header("Location")).query)
        cookie = "; ".join(value.split(";")[0] for value in first.all("Set-Cookie"))
        # the provider puts the code back as the nonce
        answer = urllib.parse.urlencode({"code": asked["nonce"][0], "state": asked["state"][0]})
        back = server.get(HOST, f"/callback?{answer}", {**browser, "Cookie": cookie}, timeout=60)
        cookies = [value.split(";")[0] for value in back.all("Set-Cookie")]
        return "theme=dark; " + next(one for one in cookies if one.startswith("mod_auth_openidc_session="))


class AuthPubtkt(Contestant):
    """The ticket is the cookie: a signature to verify, no store. It has no rules and no headers to be compared."""

    name = "pubtkt"
    title = "mod_auth_pubtkt"
    extra_packages = True

    def can(self, scenario: Scenario) -> bool:
        return len(scenario.rules) == 1 and scenario.sessions == 1 and len(scenario.headers) == 2

    def enter(self, server: MeasuredHttpd, backend: int | None) -> None:
        key, public = server.folder / "conf" / "pubtkt.key", server.folder / "conf" / "pubtkt.pem"
        subprocess.run(["/usr/bin/openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        subprocess.run(["/usr/bin/openssl", "rsa", "-in", key, "-pubout", "-out", public], check=True,
                       capture_output=True)
        ticket = f"uid=user0;validuntil={int(time.time()) + 86400};tokens=group1;udata="
        signature = subprocess.run(["/usr/bin/openssl", "dgst", "-sha256", "-sign", key], input=ticket.encode(),
                                   check=True, capture_output=True).stdout
        encoded = subprocess.run(["/usr/bin/openssl", "base64", "-A"], input=signature, check=True,
                                 capture_output=True).stdout.decode()
        server.write_requests(["theme=dark; auth_pubtkt=" + urllib.parse.quote(f"{ticket};sig={encoded}", safe="")])
        server.serve(load("auth_pubtkt") + load("authz_user"), f"""\
TKTAuthPublicKey "{public}"
TKTAuthDigest SHA256
<Location />
    AuthType mod_auth_pubtkt
    TKTAuthLoginURL {PORTAL}
    TKTAuthToken group1
    Require valid-user
</Location>""", backend)
