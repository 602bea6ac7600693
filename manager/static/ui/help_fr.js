// What the settings table says of tables and settings, in French. A setting that does not stand here is shown as the
// table has it, and a test names it.

export const help = {
  portal: "L’endroit où les personnes se connectent.",
  "portal.url": "L’adresse du portail pour les navigateurs.",
  "portal.trusted_domains":
    "D’autres hôtes exacts vers lesquels une personne peut être renvoyée après la connexion ; en https ou avec le protocole du portail seulement, sur le port de ce protocole.",

  cookie: "Le cookie de session.",
  "cookie.name": "Le nom du cookie de session.",
  "cookie.domain":
    "Le domaine que le portail et tous les hôtes virtuels ont en commun, comme .example.com. Vide : l’hôte du portail seul.",
  "cookie.secure": "Si le cookie ne circule qu’en https.",
  "cookie.same_site": "Depuis quels sites une requête apporte le cookie (SameSite).",
  "cookie.max_age": "Combien de temps le navigateur garde le cookie.",

  security: "Ce qui scelle et signe.",
  "security.key_file":
    "La clé du site : une ligne de 64 chiffres hexadécimaux, une seconde pendant un renouvellement. Non lisible par tous. `ssoctl key new` en crée une.",

  session: "La durée d’une connexion, et où elle est conservée.",
  "session.store":
    "Où les sessions sont conservées : `lmdb:DOSSIER` sur cette machine, `redis://HÔTE[:PORT]` pour plusieurs.",
  "session.store_password_file": "Contient le mot de passe de la base.",
  "session.store_ca_file": "Les autorités de certification d’une base rediss://. Vide : celles du système.",
  "session.store_timeout":
    "Combien de temps attendre la connexion et la réponse de la base. Dans httpd, `SSOStoreTimeout` le remplace.",
  "session.lifetime": "Durée après l’authentification au bout de laquelle une session se termine, utilisée ou non.",
  "session.idle_timeout": "Durée sans requête au bout de laquelle une session se termine.",
  "session.what_to_trace": "Le nom que montrent les journaux et que les applications reçoivent dans REMOTE_USER.",
  "session.custom_to_trace":
    "Un second nom pour les journaux : httpd le reçoit dans la variable d’environnement REMOTE_CUSTOM, `%{REMOTE_CUSTOM}e` dans un format de journal.",

  authentication: "Comment les personnes se connectent.",
  "authentication.backends": "Les moyens de se connecter, essayés dans l’ordre : `ldap`.",

  "authentication.ldap": "L’annuaire.",
  "authentication.ldap.uri": "Les serveurs de l’annuaire, essayés dans l’ordre.",
  "authentication.ldap.base": "L’entrée sous laquelle les personnes sont cherchées.",
  "authentication.ldap.bind_dn": "Le compte qui cherche. Vide : anonymement.",
  "authentication.ldap.bind_password_file": "Contient le mot de passe de ce compte ; lu par le portail seul.",
  "authentication.ldap.user_filter": "Trouve une personne ; `$user` est le nom saisi, échappé.",
  "authentication.ldap.user_attribute": "L’attribut qui nomme une personne ; les sessions le conservent dans `_user`.",
  "authentication.ldap.timeout": "Combien de temps attendre l’annuaire.",
  "authentication.ldap.start_tls": "Si une connexion ldap:// est chiffrée par StartTLS avant tout échange.",
  "authentication.ldap.ca_file": "Les autorités de certification de l’annuaire. Vide : celles du système.",
  "authentication.ldap.level":
    "Le niveau d’authentification, `$authenticationLevel`, d’une session ouverte avec un mot de passe de l’annuaire.",

  handler: "Ce que le module Apache fait sur chaque hôte virtuel.",
  "handler.maintenance":
    "Si chaque hôte virtuel qui ne dit pas autre chose répond 503 et une page qui demande de patienter.",
  "handler.maintenance_retry_after": "Quand les navigateurs et les scripts sont invités à revenir (Retry-After).",
  "handler.portal_url":
    "Où le module Apache joint lui-même le portail, pour l’interroger sur un nom et un mot de passe (`basic_login`) : une adresse interne, par exemple. Le portail est interrogé sous le nom d’hôte de `portal.url` dans tous les cas.",
  "handler.portal_ca_file":
    "Les autorités, au format PEM, dont l’une doit avoir signé le certificat du portail, quand le module l’interroge en https. Vide : celles du système.",
  "handler.portal_timeout":
    "Combien de temps le module attend la réponse du portail sur un nom et un mot de passe. Elle prend le temps de l’annuaire ; au-delà, la réponse est 503.",
  "handler.basic_cache":
    "Combien de temps un nom et un mot de passe corrects sont encore tenus pour corrects, tant que vit leur session. Un mot de passe changé reste valable aussi longtemps.",

  "manager.roles":
    "Qui peut faire quoi dans le gestionnaire. Chaque rôle est une règle sur ce qu’une connexion donnerait à la personne maintenant : variables exportées, macros, groupes ; `$ip` est l’adresse d’où vient la requête. Sans cette table, le gestionnaire ne montre et n’accepte rien ; une règle qui échoue ne donne rien non plus. `ssoctl` ne la consulte pas.",
  "manager.roles.read":
    "Qui peut voir la configuration et les sessions : accept (quiconque l’hôte virtuel du gestionnaire laisse entrer), deny, ou une expression, comme `$groups =~ /\\badministrators\\b/`.",
  "manager.roles.sessions": "Qui d’entre eux peut terminer des sessions.",
  "manager.roles.change": "Qui d’entre eux peut publier des versions de la configuration, cette table comprise.",

  registration: "Enregistrement de machines par ssh (docs/registration.md).",
  "registration.url":
    "L’adresse des pages de BackupPC, comme https://backup.example.com/backuppc/ : qui enregistre une machine reçoit cette adresse avec ?host=NOM. Sans elle, rien ne peut être enregistré.",
  "registration.account": "Le compte de BackupPC et de sso-register ; sso-register refuse tout autre.",
  "registration.state_folder":
    "Ce que sso-register conserve : machines, paires de clés, compteurs, journal d’audit. Au compte seul, mode 0700.",
  "registration.backuppc_folder":
    "La configuration de BackupPC : `hosts`, `config.pl` et un fichier par hôte sous `pc`.",
  "registration.reload_program":
    "Le programme qui dit à BackupPC de relire ses hôtes. Vide : il n’est pas prévenu et les lit à son prochain réveil.",
  "registration.operating_systems": "Ce qu’une machine peut déclarer comme système.",
  "registration.hosts_table":
    "Nomme les machines par leurs adresses : des lignes avec une adresse ou une plage et un nom, la plage la plus précise l’emporte. Vide : le DNS les nomme.",
  "registration.dns_suffixes": "Les fins des noms DNS des machines ; ce qui précède est le nom de la machine.",
  "registration.refused_addresses":
    "D’où personne ne s’enregistre : les adresses de NAT et de mandataires, derrière lesquelles toutes les machines se confondent.",
  "registration.local_clients": "Si le serveur lui-même peut s’enregistrer, depuis ses propres adresses.",
  "registration.confirm":
    "D’où un enregistrement attend que son propriétaire l’accepte dans le portail. D’ailleurs, quiconque détient la clé d’enregistrement peut enregistrer une machine sous n’importe quel identifiant.",
  "registration.pending_lifetime": "Combien de temps un enregistrement attend son propriétaire.",
  "registration.reserved_logons":
    "Identifiants qui ne possèdent aucune machine, outre root, backuppc, admin, le compte du client et les mots de CgiAdminUsers de BackupPC.",
  "registration.hosts_per_logon": "Combien de machines une personne peut avoir ; 0 : sans limite.",
  "registration.bind_dn":
    "Le compte avec lequel sso-register cherche dans l’annuaire. Vide : celui d’authentication.ldap.",
  "registration.bind_password_file": "Contient le mot de passe de ce compte ; lisible par le compte de BackupPC.",
  "registration.key_type":
    "Le type des nouvelles paires de clés ; rsa (3072 bits) pour les clients trop anciens pour ed25519.",
  "registration.client_user": "Le compte auquel les sauvegardes se connectent sur une machine.",
  "registration.shares":
    "Ce qui est sauvegardé d’une nouvelle machine, jusqu’à ce que son propriétaire en décide autrement.",
  "registration.limit_per_address": "À quelle fréquence une adresse peut demander.",
  "registration.limit_per_logon": "À quelle fréquence un identifiant peut être demandé.",
  "registration.limit_total": "À quelle fréquence tout le monde ensemble peut demander.",
  "registration.authorized_keys":
    "Les lignes de clés qui ouvrent sso-register ; `authorized-key-line` en imprime une, `lint` les lit.",
  "registration.register_from":
    "D’où la clé d’enregistrement est valable, comme `authorized-key-line` l’écrit. Vide : de partout.",
  "registration.sweep_trigger":
    "Ce que le portail écrit quand une machine a été retirée, et qu’une unité path de systemd surveille.",

  expressions:
    "Ce qu’une expression peut coûter. Une règle qui atteint une limite refuse, un en-tête n’est pas envoyé, une macro ou un groupe ne tient pas, et le journal le nomme.",
  "expressions.source_length": "Le texte le plus long d’une expression ou d’un motif.",
  "expressions.nesting": "La profondeur d’imbrication des parenthèses, crochets et opérateurs.",
  "expressions.steps": "Ce qu’une évaluation peut faire : opérations, éléments de listes, morceaux de 64 octets.",
  "expressions.text_length": "Le texte le plus long qu’une expression peut produire.",
  "expressions.list_items": "Le plus grand nombre d’éléments d’une liste.",
  "expressions.memory": "Ce que toutes les valeurs d’une évaluation peuvent occuper.",
  "expressions.subject_length": "Le texte le plus long, et l’adresse la plus longue, sur lesquels un motif est essayé.",
  "expressions.match_limit": "L’effort qu’un motif peut faire pour correspondre (la « match limit » de PCRE2).",

  "vhost.url": "L’adresse de l’application telle que le navigateur la voit.",
  "vhost.aliases":
    "D’autres noms de l’hôte, avec les mêmes règles. Les navigateurs le joignent sous chacun avec le protocole et le port de `url`.",
  "vhost.title": "Le nom de l’application dans le menu du portail.",
  "vhost.default": "Ce qui vaut quand aucune règle ne correspond, écrit comme `allow` d’une règle.",
  "vhost.level":
    "Le niveau d’authentification qu’une session doit avoir pour toute règle qui ne dit rien d’autre. En dessous, les personnes se connectent à nouveau avec un moyen plus fort.",
  "vhost.maintenance": "Si l’hôte répond 503 et une page qui demande de patienter.",
  "vhost.encoded_slashes":
    "Ce qui arrive à une requête dont le chemin contient %2F ou %5C : refusée, ou gardée, et alors les deux écritures doivent passer les règles.",
  "vhost.basic_login":
    "Si des programmes peuvent s’y connecter avec un nom et un mot de passe dans chaque requête (Authorization: Basic). L’application ne les voit pas.",
  "vhost.cross_domain":
    "Si l’hôte est hors du domaine du cookie de session. Après la connexion, le portail transmet la session par un ticket valable une fois, une minute, dans le navigateur qui a été envoyé se connecter.",
  "vhost.service_tokens":
    "Si une autre application peut appeler celle-ci au nom de quelqu’un, avec un en-tête X-LLNG-TOKEN que `token($_session_id, 'HÔTE', …)` a produit.",
  "vhost.service_token_lifetime": "L’âge qu’un tel jeton peut avoir.",
  "vhost.service_headers":
    "Les en-têtes qu’un tel jeton peut apporter, comme dans `token($_session_id, 'HÔTE', 'X-Scope=read')`. Aucun client ne peut les poser autrement.",
};

/** Kinds of values, and defaults that are worked out. */
export const phrases = {
  URL: "URL",
  "list of header names": "liste de noms d’en-têtes",
  "list of host names": "liste de noms d’hôtes",
  "cookie name": "nom de cookie",
  domain: "domaine",
  boolean: "booléen",
  word: "mot",
  duration: "durée",
  file: "fichier",
  "store URI": "URI de base",
  expression: "expression",
  "list of words": "liste de mots",
  "list of LDAP URIs": "liste d’URI LDAP",
  DN: "DN",
  "LDAP filter": "filtre LDAP",
  attribute: "attribut",
  "whole number": "nombre entier",
  rule: "règle",
  account: "compte",
  folder: "dossier",
  "list of domains": "liste de domaines",
  "list of address ranges": "liste de plages d’adresses",
  "list of texts": "liste de textes",
  number: "nombre",
  "list of folders": "liste de dossiers",
  rate: "fréquence",
  bytes: "octets",
  text: "texte",
  "`__Secure-sso` when the cookie is secure, else `sso`": "`__Secure-sso` quand le cookie est sécurisé, sinon `sso`",
  "true when the portal is https": "oui quand le portail est en https",
  "until the browser closes": "jusqu’à la fermeture du navigateur",
  "none; required with the backend `ldap`": "aucun ; obligatoire avec le moyen `ldap`",
  none: "aucun",
  "the virtual host's name with the portal's scheme and port":
    "le nom de l’hôte virtuel avec le protocole et le port du portail",
  "the virtual host's name": "le nom de l’hôte virtuel",
  "as `handler.maintenance`": "comme `handler.maintenance`",
};
