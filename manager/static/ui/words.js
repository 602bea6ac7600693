// Every word of the pages, in English and French. Which of the two: what the page's `lang` says, by Accept-Language.

const words = {
  manager_title: ["mod_sso manager", "gestionnaire mod_sso"],
  configuration: ["Configuration", "Configuration"],
  versions: ["Versions", "Versions"],
  sessions: ["Sessions", "Sessions"],
  tester: ["Rule tester", "Test des règles"],

  // what may go wrong anywhere
  http_status: ["The server answered with status {status}.", "Le serveur a répondu avec le statut {status}."],
  no_answer: [
    "The server does not answer. Try again in a moment.",
    "Le serveur ne répond pas. Réessayez dans un instant.",
  ],
  went_wrong: ["That did not work", "Cela n’a pas fonctionné"],
  load_again: ["Load the page again", "Recharger la page"],
  session_ended: ["Your session has ended", "Votre session est terminée"],
  session_ended_text: [
    "Sign in again in another tab, then come back here: nothing that you have changed is lost.",
    "Reconnectez-vous dans un autre onglet, puis revenez ici : rien de ce que vous avez modifié n’est perdu.",
  ],
  sign_in: ["Sign in (new tab)", "Se connecter (nouvel onglet)"],
  try_again: ["I have signed in", "Je suis connecté"],

  // words that many places need
  add: ["Add", "Ajouter"],
  remove: ["Remove", "Supprimer"],
  cancel: ["Cancel", "Annuler"],
  close: ["Close", "Fermer"],
  undo: ["Undo", "Annuler"],
  user: ["User", "Utilisateur"],
  address: ["Address", "Adresse"],
  value: ["Value", "Valeur"],
  date: ["When", "Quand"],
  author: ["Who", "Qui"],
  version: ["Version", "Version"],
  mistake: ["Mistake:", "Erreur :"],
  warning: ["Warning:", "Avertissement :"],
  mistakes: ["Mistakes", "Erreurs"],
  warnings: ["Warnings", "Avertissements"],
  error: ["has a mistake", "contient une erreur"],
  changed: ["changed", "modifié"],
  default: ["default", "par défaut"],
  empty: ["(empty)", "(vide)"],
  true: ["yes", "oui"],
  false: ["no", "non"],
  show_more: ["Show more", "Afficher la suite"],

  // the tree
  search: ["Search the configuration", "Rechercher dans la configuration"],
  search_hint: ["Search hosts, rules, settings", "Hôtes, règles, paramètres"],
  nothing_found: ["Nothing found.", "Aucun résultat."],
  found: ["{count} found", "{count} résultats"],
  settings: ["Settings", "Paramètres"],
  people: ["People", "Personnes"],
  hosts: ["Virtual hosts", "Hôtes virtuels"],
  exported_variables: ["Exported variables", "Variables exportées"],
  macros: ["Macros", "Macros"],
  groups: ["Groups", "Groupes"],
  add_host: ["Add a virtual host", "Ajouter un hôte virtuel"],
  all_settings: ["All settings", "Toute la configuration"],

  // overview
  overview: ["Overview", "Vue d’ensemble"],
  overview_text: [
    "Choose a virtual host, a table or a setting, or search for one. Changes are collected until you publish them as one version.",
    "Choisissez un hôte virtuel, une table ou un paramètre, ou lancez une recherche. Les modifications sont réunies jusqu’à leur publication en une seule version.",
  ],
  origin: ["Kept in", "Conservée dans"],
  store: ["Session store", "Base des sessions"],
  directory: ["Directory", "Annuaire"],
  answers: ["answers", "répond"],
  does_not_answer: ["does not answer", "ne répond pas"],
  refused: [
    "A newer text has mistakes and is refused; the version before it still serves.",
    "Un texte plus récent contient des erreurs et est refusé ; la version précédente est toujours servie.",
  ],
  findings: ["Mistakes and warnings", "Erreurs et avertissements"],
  no_findings: ["None: everything is in order.", "Aucun : tout est en ordre."],
  and_more: ["And {count} more.", "Et {count} autres."],
  nothing_here: [
    "There is nothing of this name in the configuration.",
    "Il n’y a rien de ce nom dans la configuration.",
  ],
  read_only: [
    "This configuration is a file that a person keeps: it is shown here and never written to. `ssoctl --config dir:… config apply FILE` is its way into versions.",
    "Cette configuration est un fichier tenu par une personne : elle est affichée ici, jamais modifiée. `ssoctl --config dir:… config apply FICHIER` permet de la verser dans des versions.",
  ],
  no_change_role: [
    "You may look at the configuration, not change it.",
    "Vous pouvez consulter la configuration, mais pas la modifier.",
  ],

  // forms
  by_default: ["default", "par défaut"],
  default_is: ["default: {value}", "par défaut : {value}"],
  required: ["required", "obligatoire"],
  one_a_line: ["one a line", "un par ligne"],
  reset: ["Back to the default", "Revenir à la valeur par défaut"],
  name: ["Name", "Nom"],
  is_there: ["{name} is there already.", "{name} existe déjà."],
  host_name: ["Name of the host", "Nom de l’hôte"],
  host_name_help: [
    "As browsers write it, without scheme, port and path. `*` and `%` make it a wildcard.",
    "Tel que les navigateurs l’écrivent, sans protocole, port ni chemin. `*` et `%` en font un modèle.",
  ],
  host_settings: ["Settings of this host", "Paramètres de cet hôte"],
  remove_host: ["Remove this host", "Supprimer cet hôte"],
  remove_host_text: [
    "{name} goes, with its rules and headers, when you publish. Until then it can be undone.",
    "{name} disparaîtra, avec ses règles et ses en-têtes, à la publication. D’ici là, c’est réversible.",
  ],
  test_host: ["Test its rules", "Tester ses règles"],
  rules: ["Rules", "Règles"],
  rules_help: [
    "Tried from the top; the first whose pattern matches the path decides. Move one by its handle, or with Alt and the arrow keys.",
    "Essayées de haut en bas ; la première dont le motif correspond au chemin décide. Déplacez-les par la poignée, ou avec Alt et les flèches.",
  ],
  match: ["Path matches", "Le chemin correspond à"],
  allow: ["Rule", "Règle"],
  comment: ["Remark", "Remarque"],
  level: ["Level", "Niveau"],
  rule_number: ["rule {number}", "règle {number}"],
  default_rule: ["Rule for everything else", "Règle pour tout le reste"],
  everything_else: ["everything else", "tout le reste"],
  add_rule: ["Add a rule", "Ajouter une règle"],
  headers: ["Headers for the application", "En-têtes pour l’application"],
  headers_help: [
    "What the application is told of the person, in this order. With none of its own, a host sends `Auth-User` with `$uid`.",
    "Ce que l’application apprend de la personne, dans cet ordre. Sans en-tête propre, un hôte envoie `Auth-User` avec `$uid`.",
  ],
  header_name: ["Header", "En-tête"],
  header_value: ["Expression", "Expression"],
  no_header: ["None of its own.", "Aucun en-tête propre."],
  optional: ["Leave it out when it is empty", "L’omettre quand il est vide"],
  macros_help: [
    "Computed at login, in this order; each sees those before it.",
    "Calculées à la connexion, dans cet ordre ; chacune voit celles qui la précèdent.",
  ],
  macros_name: ["Macro", "Macro"],
  macros_value: ["Expression", "Expression"],
  no_macros: ["There are no macros.", "Il n’y a pas de macro."],
  groups_help: [
    'Who belongs to it: an LDAP filter, an expression, or both, as in `(|(uid=ann){ $ou eq "sales" })`. Rules see the names of all groups of a person in `$groups`.',
    'Qui en fait partie : un filtre LDAP, une expression, ou les deux, comme dans `(|(uid=ann){ $ou eq "ventes" })`. Les règles voient les noms de tous les groupes d’une personne dans `$groups`.',
  ],
  groups_name: ["Group", "Groupe"],
  groups_value: ["Who belongs to it", "Qui en fait partie"],
  no_groups: ["There are no groups.", "Il n’y a pas de groupe."],
  exported_variables_help: [
    "What is read of a person at login: the name that expressions use, and the attribute of the directory.",
    "Ce qui est lu d’une personne à la connexion : le nom dans les expressions, et l’attribut de l’annuaire.",
  ],
  exported_variables_name: ["Variable", "Variable"],
  exported_variables_value: ["Attribute of the directory", "Attribut de l’annuaire"],
  no_exported_variables: ["Nothing is read of a person.", "Rien n’est lu d’une personne."],

  // lists that can be put in order
  drag: ["Drag to move; or Alt with the arrow keys", "Glisser pour déplacer ; ou Alt avec les flèches"],
  move_up: ["Move up", "Monter"],
  move_down: ["Move down", "Descendre"],
  moved: ["{what} is now {place} of {count}", "{what} est maintenant en position {place} sur {count}"],
  removed: ["{what} is removed", "{what} est supprimé"],

  // changes on their way to a version
  changes: ["Changes not yet published", "Modifications non publiées"],
  one_change: ["1 change", "1 modification"],
  many_changes: ["{count} changes", "{count} modifications"],
  one_mistake: ["1 mistake", "1 erreur"],
  many_mistakes: ["{count} mistakes", "{count} erreurs"],
  one_warning: ["1 warning", "1 avertissement"],
  many_warnings: ["{count} warnings", "{count} avertissements"],
  no_mistake: ["no mistake", "aucune erreur"],
  checking: ["checking…", "vérification…"],
  stale: ["Somebody has published a newer version.", "Quelqu’un a publié une version plus récente."],
  load_newest: ["Load it", "La charger"],
  discard: ["Discard", "Abandonner"],
  discard_text: [
    "All changes that are not published are lost.",
    "Toutes les modifications non publiées seront perdues.",
  ],
  go_on_editing: ["Go on editing", "Continuer les modifications"],
  review_short: ["Review…", "Relire…"],
  review: ["Review and publish", "Relire et publier"],
  difference: ["Difference", "Différence"],
  no_difference: ["Nothing differs.", "Aucune différence."],
  all_lines: ["Show all {count} lines", "Afficher les {count} lignes"],
  message: ["Why", "Pourquoi"],
  message_help: [
    "Stays with the version, for those who read it later.",
    "Conservé avec la version, pour ceux qui la liront plus tard.",
  ],
  accept_warnings: [
    "I have read the warnings: publish all the same",
    "J’ai lu les avertissements : publier malgré tout",
  ],
  lockout: [
    "With this version you could no longer read or change the configuration here.",
    "Avec cette version, vous ne pourriez plus lire ni modifier la configuration ici.",
  ],
  accept_lockout: ["I know, and publish it", "Je le sais, et je la publie"],
  publish: ["Publish", "Publier"],
  published: [
    "Version {version} is published. Every handler obeys it within a second.",
    "La version {version} est publiée. Tous les serveurs l’appliquent dans la seconde.",
  ],
  conflict: [
    "Nothing is published: somebody else has published since you began.",
    "Rien n’est publié : quelqu’un d’autre a publié depuis que vous avez commencé.",
  ],
  their_difference: ["What they changed", "Ses modifications"],
  carry_over: ["Carry my changes onto it", "Y reporter mes modifications"],
  carried: [
    "Your changes now stand on the newest version. Look at the difference once more.",
    "Vos modifications portent maintenant sur la version la plus récente. Relisez la différence.",
  ],
  carried_lost: [
    "What these were about is no longer there, so they are left out:",
    "Ce que celles-ci concernaient n’existe plus ; elles sont omises :",
  ],
  carried_both: [
    "You both changed these, and yours would hold:",
    "Vous avez tous deux modifié ceci ; votre valeur l’emporterait :",
  ],

  // versions
  versions_text: [
    "Every change is a version that stays as it is. Going back makes a new one.",
    "Chaque changement est une version qui ne change plus. Revenir en arrière en crée une nouvelle.",
  ],
  no_versions: [
    "This configuration is a file that a person keeps; it has no versions here.",
    "Cette configuration est un fichier tenu par une personne ; elle n’a pas de versions ici.",
  ],
  version_number: ["Version {version}", "Version {version}"],
  is_newest: ["This is the newest version.", "C’est la version la plus récente."],
  first_version: ["There is none before it.", "Il n’y en a pas de plus ancienne."],
  from: ["From", "De"],
  to: ["To", "À"],
  roll_back: ["Go back to this version", "Revenir à cette version"],
  roll_back_to: ["Go back to version {version}", "Revenir à la version {version}"],
  roll_back_message: ["Back to version {version}", "Retour à la version {version}"],
  roll_back_all_the_same: ["Look at the difference again", "Relire la différence"],

  // sessions
  age: ["Age", "Âge"],
  any_age: ["any", "quelconque"],
  newer: ["since {duration} or less", "depuis {duration} au plus"],
  older: ["since more than {duration}", "depuis plus de {duration}"],
  duration_1h: ["1 hour", "1 heure"],
  duration_8h: ["8 hours", "8 heures"],
  duration_1d: ["1 day", "1 jour"],
  find: ["Find", "Rechercher"],
  since: ["Since", "Depuis"],
  seen: ["Last seen", "Dernière activité"],
  no_session: ["No session is found.", "Aucune session trouvée."],
  one_session: ["1 session", "1 session"],
  sessions_found: ["{count} sessions", "{count} sessions"],
  sessions_so_far: ["{count} sessions, and more", "{count} sessions, et d’autres"],
  browser: ["Browser", "Navigateur"],
  ends: ["Ends", "Se termine"],
  ends_unless_used: ["Ends unless used", "Se termine sans activité"],
  read_anew: ["Rights are read anew at the next visit", "Droits relus à la prochaine visite"],
  key: ["Key in the store", "Clé dans la base"],
  look_at: ["Details", "Détails"],
  session_of: ["Session of {user}", "Session de {user}"],
  sealed: [
    "What a session knows of its person is sealed: only their browser’s cookie opens it.",
    "Ce qu’une session sait de la personne est scellé : seul le cookie de son navigateur l’ouvre.",
  ],
  end: ["End", "Terminer"],
  end_title: ["End this session", "Terminer cette session"],
  end_text: [
    "{user} from {address}, since {since}. They have to sign in again.",
    "{user} depuis {address}, {since}. Cette personne devra se reconnecter.",
  ],
  end_all: ["End all sessions of {user}", "Terminer toutes les sessions de {user}"],
  end_all_text: ["{user} has to sign in again everywhere.", "{user} devra se reconnecter partout."],
  end_them: ["End them", "Les terminer"],
  ended_one: ["1 session is ended.", "1 session est terminée."],
  ended: ["{count} sessions are ended.", "{count} sessions sont terminées."],

  // the rule tester
  tester_text: [
    "Asks as if somebody opened a page, and shows how the decision comes about. Nothing is logged in, nothing is changed.",
    "Pose la question comme si quelqu’un ouvrait une page, et montre comment la décision est prise. Personne n’est connecté, rien n’est modifié.",
  ],
  tester_published: [
    "It asks the published version: your changes are not in it yet.",
    "La version publiée répond : vos modifications n’y sont pas encore.",
  ],
  url: ["Address of the page", "Adresse de la page"],
  method: ["Method", "Méthode"],
  client_address: ["Client’s address", "Adresse du client"],
  who_asks: ["Who asks", "Qui demande"],
  way_user: ["a person of the directory", "une personne de l’annuaire"],
  way_attributes: ["these attributes", "ces attributs"],
  way_nobody: ["nobody who is logged in", "une personne non connectée"],
  user_help: ["As after a login now.", "Comme après une connexion maintenant."],
  nobody_of_that_name: [
    "The directory has nobody of the name {user}.",
    "L’annuaire ne connaît personne du nom de {user}.",
  ],
  attributes: ["Attributes of the session", "Attributs de la session"],
  attributes_help: [
    "One a line, name = value; or a JSON object. Taken as they are: macros and groups are not computed.",
    "Un par ligne, nom = valeur ; ou un objet JSON. Pris tels quels : macros et groupes ne sont pas calculés.",
  ],
  wrong_attributes: ["This is no attribute: {line}", "Ce n’est pas un attribut : {line}"],
  ask: ["Test", "Tester"],
  verdict: ["Verdict:", "Verdict :"],
  verdict_allow: ["The application answers.", "L’application répond."],
  verdict_deny: ["The page is refused.", "La page est refusée."],
  verdict_authenticate: ["The browser is sent to the portal.", "Le navigateur est envoyé au portail."],
  no_host: [
    "No virtual host has this name: nobody may pass.",
    "Aucun hôte virtuel ne porte ce nom : personne ne passe.",
  ],
  host: ["Virtual host", "Hôte virtuel"],
  path: ["Path", "Chemin"],
  query: ["Query", "Requête"],
  rules_tried: ["Rules that were tried", "Règles essayées"],
  remarks: ["Macros and groups", "Macros et groupes"],
  applies: ["applies", "s’applique"],
  no_match: ["no match", "ne correspond pas"],
  operand: ["Operand", "Opérande"],
  not_sent: ["not sent", "non envoyé"],
};

export const language = document.documentElement.lang === "fr" ? "fr" : "en";
const column = language === "fr" ? 1 : 0;

/** The text of that name; `{x}` in it is filled from `values.x`. */
export function t(name, values = {}) {
  return words[name][column].replace(/\{(\w+)\}/gu, (_, each) => String(values[each]));
}

const french = language === "fr" ? await import("./help_fr.js") : { help: {}, phrases: {} };

/** What the settings table says of a setting, in the page's language where it is known. */
export function helpOf(path, english) {
  const place = path[0] === "vhost" ? ["vhost", ...path.slice(2)].filter((step) => typeof step !== "number") : path;
  return french.help[place.join(".")] ?? english;
}

/** A kind of value, a range, or a default that is worked out, as the settings table names it. */
export function phrase(english) {
  const range = language === "fr" && /^(\S+) to (\S+)$/u.exec(english);
  return range ? `${range[1]} à ${range[2]}` : (french.phrases[english] ?? english);
}

const timeOf = (value) => (typeof value === "number" ? new Date(value * 1000) : new Date(value));
// the person's own way to write dates, if it is in the page's language
const locale = navigator.languages.find((each) => each.toLowerCase().startsWith(language)) ?? language;
const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const ages = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

/** A moment as the person's clock shows it. Seconds since 1970, or text as in 2026-01-31T12:00:00Z. */
export function moment(value) {
  const time = timeOf(value);
  return Number.isNaN(time.getTime()) ? String(value ?? "") : moments.format(time);
}

/** How long ago that is. */
export function age(value) {
  const seconds = Math.round((Date.now() - timeOf(value)) / 1000);
  if (Number.isNaN(seconds)) return String(value);
  const [unit, size] =
    seconds < 90
      ? ["second", 1]
      : seconds < 5_400
        ? ["minute", 60]
        : seconds < 129_600
          ? ["hour", 3_600]
          : ["day", 86_400];
  return ages.format(-Math.round(seconds / size), unit);
}
