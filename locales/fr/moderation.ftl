### Le bureau : ce que lisent les modératrices, modérateurs, responsables, auditrices et partenaires.
### Phrases courtes. Aucune ne contient ce qu’un témoin a écrit : le texte relu est ajouté à part.

## Ce qui ne va pas

desk-unknown = Cette commande n’existe pas. Écrivez /help pour voir celles que vous pouvez utiliser.
desk-locked = Le bureau est verrouillé. Votre commande est gardée, elle sera traitée dès son ouverture. Une personne responsable peut l’ouvrir à la console : python -m bot unlock
desk-no-case = Indiquez un témoignage, par exemple /open t-k7q2m9xw, ou prenez le suivant avec /next.
desk-no-text = Il manque le texte après la commande. Exemple : { $example }
desk-case-gone = Ce témoignage n’existe pas ou n’existe plus.
desk-case-waiting = Ce témoignage attend encore. Prenez d’abord un témoignage avec /next.
desk-case-quarantined = Ce témoignage est en quarantaine. Lisez-le avec /open, puis remettez-le dans la file avec /quarantine release et sa référence.
desk-case-mine = Vous êtes en train de relire ce témoignage. Décidez d’abord, ou laissez-le avec /undo.
desk-case-theirs = Une autre personne relit ce témoignage.
desk-case-decided = Ce témoignage est déjà décidé. /undo reprend votre dernière décision.
desk-case-counted = Ce témoignage est déjà compté dans un bilan. Cela ne peut plus changer.
desk-case-escalated = Ce témoignage est transmis aux responsables.
desk-nothing-to-undo = Il n’y a rien à reprendre.
desk-second-same = Il faut une deuxième personne : vous avez déjà fait cette demande.
desk-read-first = Lisez d’abord ce témoignage avec /open : un danger, ou ce qui désigne quelqu’un, ne se voit qu’en lisant.
desk-cannot-open = Ce témoignage ne s’ouvre pas. Les responsables sont prévenus.
desk-try-again = Cela vient de changer entre-temps. Rien n’a été fait, recommencez si besoin.

## La file

desk-queue = À relire : { $waiting }. En cours de relecture : { $claimed }. Transmis aux responsables : { $escalated }.
desk-queue-quarantine =
    { $count ->
        [one] En quarantaine : 1. /quarantine
       *[other] En quarantaine : { $count }. /quarantine
    }
desk-queue-mine = Vous relisez { $case }.
desk-queue-empty = Rien n’attend. Merci.
desk-new =
    { $count ->
        [one] 1 témoignage à relire. /next
       *[other] { $count } témoignages à relire. /next
    }
desk-new-and-quarantine =
    { $count ->
        [one] 1 témoignage à relire. /next En quarantaine : { $apart }. /quarantine
       *[other] { $count } témoignages à relire. /next En quarantaine : { $apart }. /quarantine
    }
desk-new-quarantine =
    { $count ->
        [one] 1 témoignage en quarantaine. /quarantine
       *[other] { $count } témoignages en quarantaine. /quarantine
    }
desk-stats = À relire : { $waiting }, dont le plus ancien depuis { $days } j. En cours : { $claimed }. Transmis : { $escalated }. Acceptés, pas encore dans un bilan : { $ready }.

## Relire

desk-warning = Témoignage { $case }. Ce texte peut être difficile à lire. Vous pouvez attendre, ou le laisser à quelqu’un d’autre avec /undo. Pour lire : /open
desk-warning-hard = Témoignage { $case }. Ce texte parle de violences, de menaces ou de gestes sexuels. Prenez votre temps : vous pouvez le laisser à quelqu’un d’autre avec /undo. Pour lire : /open
desk-warning-quarantine = Témoignage { $case }, mis en quarantaine. C’est peut-être un envoi abusif, et peut-être une personne qui raconte. Ce texte peut être difficile à lire. Pour lire : /open
desk-warning-insults = Témoignage { $case }. Ce texte contient des insultes ou des menaces, peut-être citées. Rien ne presse. Pour lire quand même : /open oui
desk-button-open = Lire
desk-button-open-case = Lire { $case }
desk-button-open-yes = Lire quand même
desk-button-undo = Laisser
desk-button-approve = Accepter
desk-button-reject = Refuser
desk-button-escalate = Transmettre
desk-button-next = Suivant
desk-button-release = Remettre dans la file
desk-button-quarantine-look = Quarantaine
desk-button-quarantine-reject = Tout refuser
desk-button-quarantine-reject-yes = Oui, tout refuser
desk-button-quote-yes = Confirmer
desk-case-head = { $case } · { $state } · { $language } · usage accepté : { $share }
desk-case-story = Récit
desk-case-quote = Phrase proposée par la personne
desk-case-more = Ajouté plus tard
desk-case-removed = Retiré automatiquement : { $kinds }
desk-case-answers = Réponses
desk-case-note = Note de l’équipe
desk-case-summary = Résumé de l’équipe
desk-case-no-story = Le récit a été effacé, comme prévu après la décision.
desk-case-checklist = À vérifier avant d’accepter : noms, lieux, employeur, dates, faits rares, autres personnes, enfants, santé, liens. /mask retire des mots. Si une personne mineure ou en danger est concernée : /escalate
desk-state-waiting = à relire
desk-state-quarantined = en quarantaine
desk-state-claimed = en relecture
desk-state-approved = accepté
desk-state-rejected = refusé
desk-state-escalated = transmis
desk-share-stats_only = chiffres
desk-share-stats_and_summary = chiffres et résumé
desk-share-stats_and_quote = chiffres, résumé et phrase
desk-share-none = rien

## Décider

desk-approved = { $case } est accepté. Il comptera dans le prochain bilan. /undo pour revenir en arrière.
desk-rejected = { $case } est refusé. Il ne comptera pas. /undo pour revenir en arrière.
desk-escalated = { $case } est transmis aux responsables. /undo pour revenir en arrière.
desk-escalated-alert = { $case } vous est transmis. /open { $case }
desk-released = { $case } retourne dans la file.
desk-reopened = { $case } est de nouveau entre vos mains. /open pour relire.

## La relecture sur sa propre machine

desk-console-next = Témoignage { $case }. Il se lit sur votre machine, pas ici. Ce texte peut être difficile à lire : vous pouvez attendre, ou le laisser à quelqu’un d’autre avec /undo. Pour le recevoir, scellé : /get
desk-console-quarantine = Témoignage { $case }, en quarantaine. C’est peut-être un envoi abusif, et peut-être une personne qui raconte. Ce texte peut être difficile à lire. Pour le recevoir, scellé : /get
desk-console-read = Ici, aucun témoignage ne se lit dans une conversation. Pour le recevoir, scellé : /get
desk-console-decide = Ici, une décision se prend sur votre machine et revient signée. Sur votre machine : python -m bot decide. Puis collez ici la ligne qui commence par /decision.
desk-button-get = Recevoir
desk-summary-kept-sealed = Résumé gardé pour { $case }. Il paraîtra dans un bilan.
desk-get =
    { $count ->
        [one] { $case } : 1 fichier scellé, qui disparaît de cette conversation dans une heure. Enregistrez-le sans changer le nom du fichier, puis, sur votre machine : python -m bot open
       *[other] { $case } : { $count } fichiers scellés, qui disparaissent de cette conversation dans une heure. Enregistrez-les ensemble, sans changer le nom des fichiers, puis, sur votre machine : python -m bot open
    }
desk-decision-unreadable = Ceci n’est pas une décision, ou elle a été coupée en chemin. Copiez toute la ligne que la commande decide a écrite. Rien n’a changé.
desk-decision-no-key = Aucune clé n’est enregistrée pour vous. Apportez signing.pub, en main propre, à qui tient la machine de l’association, pour : python -m bot moderator-key. Rien n’a changé.
desk-decision-unknown-key = Une signature vient d’une clé que personne n’a enregistrée ici. Demandez qui a signé ; sa clé s’enregistre avec python -m bot moderator-key. Rien n’a changé.
desk-decision-forged = Une signature ne correspond pas au document : l’un des deux a été modifié. Rien n’a changé ici. Si ce document vient de vous, refaites-le ; sinon, prévenez l’équipe technique.
desk-decision-same = Les deux signatures sont de la même personne. Il en faut une d’une autre personne, sur sa machine : python -m bot cosign. Rien n’a changé.
desk-decision-not-yours = Ce document est signé par une autre personne que vous. C’est à elle de l’envoyer. Rien n’a changé.
desk-decision-revoked = La deuxième personne qui a signé ne fait plus partie de l’équipe. Refaites le document avec quelqu’un d’autre. Rien n’a changé.
desk-decision-may-not = La deuxième personne qui a signé n’a pas le rôle qu’il faut pour décider cela. Refaites le document avec quelqu’un d’autre. Rien n’a changé.
desk-decision-one = Il faut deux signatures. Une autre personne ajoute la sienne avec python -m bot cosign. Rien n’a changé.
desk-decision-used = Ce document a déjà servi. Pour décider encore, faites-en un nouveau. Rien n’a changé.
desk-decision-old = Ce document date de plus d’une semaine. Recevez de nouveau le témoignage avec /get, puis décidez. Rien n’a changé.
desk-decision-ahead = Ce document est daté d’un jour à venir. Mettez votre machine à la bonne date, puis refaites-le. Rien n’a changé.
desk-decision-epoch = Ce document a été fait avec des fichiers d’avant le renouvellement de la clé. Recevez de nouveau le témoignage avec /get, puis décidez. Rien n’a changé.
desk-decision-stale = Ce document n’a pas été fait avec ce que ce témoignage contient maintenant. Recevez-le de nouveau avec /get, et relisez-le. Rien n’a changé.
desk-decision-text = Le texte de ce document ne s’ouvre pas avec la clé de l’équipe. Refaites-le avec des fichiers reçus par /get et la clé de l’équipe qui les ouvre. Rien n’a changé.
desk-decision-no-record = La liste des décisions déjà suivies, ou celle des clés, a été modifiée. Prévenez l’équipe technique : aucune décision n’est suivie avant qu’elle ait regardé. Rien n’a changé.
desk-open-head = { $case } · lu sur votre machine · { $language } · usage accepté : { $share }
desk-open-warning = Ce texte peut être difficile à lire. Vous pouvez attendre.
desk-open-warning-hard = Ce texte parle de violences, de menaces ou de gestes sexuels. Prenez votre temps : vous pouvez le laisser à quelqu’un d’autre.
desk-open-warning-insults = Ce texte contient des insultes ou des menaces, peut-être citées. Rien ne presse.
desk-open-read = Touche Entrée pour lire, puis espace pour avancer et q pour fermer. Ctrl-C pour ne pas lire.
desk-open-end = À vérifier avant d’accepter : noms, lieux, employeur, dates, faits rares, autres personnes, enfants, santé, liens. La décision mask retire des mots. Si une personne mineure ou en danger est concernée : python -m bot decide escalate
desk-open-partial = Il manque une partie : le récit ou les réponses ne sont pas parmi ces fichiers.
desk-open-unproved = Cette machine ne peut pas vérifier d’où vient ce texte : seul le bureau de l’association, ouvert, le peut.
desk-signer-set = Une clé pour signer est enregistrée pour { $name } : { $line }. Si vous ne vous y attendiez pas, demandez-lui de vive voix.
desk-signer-dropped = La clé de { $name } n’est plus enregistrée : ce qu’elle signe n’est plus suivi. Si vous ne vous y attendiez pas, demandez à l’équipe technique.

## La quarantaine

desk-quarantine =
    { $count ->
        [one] 1 témoignage en quarantaine :
       *[other] { $count } témoignages en quarantaine :
    }
desk-quarantine-more =
    { $count ->
        [one] et 1 autre.
       *[other] et { $count } autres.
    }
desk-quarantine-empty = Rien n’est en quarantaine.
desk-quarantine-released =
    { $count ->
        [one] 1 témoignage retourne dans la file. /undo pour revenir en arrière.
       *[other] { $count } témoignages retournent dans la file. /undo pour revenir en arrière.
    }
desk-quarantine-reject =
    { $count ->
        [one] Refuser le témoignage en quarantaine ? Lisez-le d’abord : c’est peut-être une personne qui raconte. Pour confirmer : /quarantine refuser oui
       *[other] Refuser les { $count } témoignages en quarantaine ? Lisez-en d’abord quelques-uns : une personne qui raconte se trouve peut-être parmi eux. Pour confirmer : /quarantine refuser oui
    }
desk-quarantine-rejected =
    { $count ->
        [one] 1 témoignage de la quarantaine est refusé. /undo pour revenir en arrière.
       *[other] { $count } témoignages de la quarantaine sont refusés. /undo pour revenir en arrière.
    }
desk-quarantine-reopened =
    { $count ->
        [one] 1 témoignage est de nouveau en quarantaine.
       *[other] { $count } témoignages sont de nouveau en quarantaine.
    }
desk-summary-kept = Résumé gardé pour { $case }, tel que ci-dessous. Il paraîtra dans un bilan.
desk-summary-refused = La personne n’a pas accepté qu’un résumé soit diffusé.
desk-redacted = Retiré de votre texte : { $kinds }
desk-note-kept = Note gardée pour { $case }.
desk-masked =
    { $count ->
        [one] 1 passage masqué dans { $case }.
       *[other] { $count } passages masqués dans { $case }.
    }
desk-mask-nothing = Ces mots ne sont pas dans le récit de { $case }. Recopiez-les tels qu’ils sont écrits.
desk-mask-placeholder = [retiré]
desk-reply-kept = Réponse signée et scellée pour { $case }. La personne la lira avec son reçu.
desk-reply-impossible = La clé de réponse de { $case } n’est pas celle du témoignage. Rien n’a été envoyé, les responsables sont prévenus.
desk-no-story = Il n’y a plus de récit dans { $case }.

## Une phrase diffusée : deux personnes

desk-quote = Phrase choisie par la personne dans { $case }. Vérifiez : aucun nom, lieu, date, métier rare. Il faut deux personnes différentes.
desk-quote-none = La personne n’a pas proposé de phrase.
desk-quote-refused = La personne n’a pas accepté qu’une phrase soit diffusée.
desk-quote-unfit = La phrase de { $case } ne peut pas être diffusée : elle est trop longue, ou contient un nombre, un lieu, une date, un métier ou un nom. /mask peut retirer un mot.
desk-quote-already = La phrase de { $case } est déjà retenue.
desk-quote-asked = Demande gardée pour { $case }. Une autre personne doit confirmer.
desk-quote-wanted = Une phrase attend une deuxième lecture : /quote { $case }
desk-quote-released = La phrase de { $case } est retenue. Elle paraîtra au moins un bilan après le témoignage.

## Effacer, bannir

desk-delete-asked = Effacement de { $case } demandé. Une autre personne doit le confirmer.
desk-delete-wanted = L’effacement de { $case } attend une deuxième personne : /delete { $case }
desk-deleted = { $case } est effacé, avec tout ce qui s’y rattache.
desk-banned = La personne qui a envoyé { $case } ne peut plus envoyer de témoignage jusqu’au prochain bilan.
desk-no-tag = { $case } ne porte pas la marque qui permet de bloquer un envoi.
desk-unbanned = Le blocage fait depuis ce témoignage est levé.
desk-not-banned = Aucun blocage n’a été fait depuis ce témoignage. Un blocage ne se lève que depuis le témoignage d’où il vient.
desk-bans = Témoignages d’où vient un blocage : { $bans }. Pour en lever un : /unban et le témoignage.
desk-bans-none = Aucun blocage en cours.

## Bilans

desk-digest-files = Le même bilan, en fichiers pour imprimer, publier ou calculer :
desk-digest-chart = Les nombres de ce bilan, en graphique :
desk-digest-sealed = Le bilan n° { $period }, scellé pour votre clé. Pour l’ouvrir : age -d -i votre-cle.txt -o bilan.zip et le nom du fichier.
desk-digest-not-ready = Le bilan n° { $period } n’a pas pu être mis en page. L’équipe est prévenue. Vous pouvez le redemander plus tard.
desk-digest-no-such = Ce numéro n’est pas celui d’un bilan. Le dernier est le n° { $last }. /digest list les montre tous.
desk-digest-list = Les bilans. Pour en recevoir un de nouveau, écrivez /digest et son numéro :
desk-digest-listed = · { $number } : { $first } à { $last }
desk-digest-none = Aucun bilan n’a encore été fait.
desk-digest-too-few = Pas encore de bilan : il faut au moins { $min } personnes. La période reste ouverte et continue.
desk-digest-waits-locked = Un bilan est à faire. Il attend l’ouverture du bureau.
desk-digest-working = Calcul du bilan sur { $total } témoignages…
desk-digest-preview-open = Aperçu : rien n’est figé. Voici ce que donne un bilan fait maintenant :
desk-digest-preview-frozen = Bilan n° { $period }, figé. État : { $state }
desk-digest-frozen = Le bilan n° { $period } est figé. /digest preview pour le lire, /digest approve pour l’accepter.
desk-digest-nothing = Aucun bilan figé n’attend. /digest send en fait un et l’envoie.
desk-digest-approved = Le bilan n° { $period } est accepté. Il part vers les partenaires.
desk-digest-held = Le bilan n° { $period } est retenu : il ne part pas. /digest approve pour le laisser partir.
desk-digest-is-held = Le bilan n° { $period } est retenu : il ne part pas. Acceptez-le d’abord avec /digest approve.
desk-digest-sent =
    { $failed ->
        [0] Bilan n° { $period } : envoyé à { $sent } sur { $total }.
       *[other] Bilan n° { $period } : envoyé à { $sent } sur { $total }, en échec : { $failed }. Le programme réessaie de lui-même.
    }
desk-digest-cannot-read = Le bilan n° { $period } ne peut pas être relu. Les responsables sont prévenus.
desk-digest-not-approved = Le bilan n° { $period } est marqué comme accepté, alors que personne ne l’a accepté ici. Il n’est pas envoyé. Les responsables sont prévenus.
desk-digest-made-before = Le bilan n° { $period } a déjà été fait une fois, et n’est plus dans la base. Rien n’est compté. Les responsables sont prévenus.
desk-digest-uncounted = Le bilan à faire n’a pas pu être compté. Rien n’est perdu : il est essayé de nouveau chaque minute. S’il n’arrive pas, l’équipe technique doit regarder la mémoire de la machine.
desk-digest-due = C’est la date d’un bilan, il n’est pas encore fait.
desk-digest-broken = Ces formats ne peuvent pas être préparés : { $formats }. Rien ne part tant que ce n’est pas réparé : prévenez l’équipe technique.
desk-digest-unrendered = Le bilan n° { $period } n’a pas pu être mis en page ({ $formats }). Rien n’est perdu, rien n’est parti, et le programme réessaie de lui-même. Prévenez l’équipe technique.
desk-digest-preview-chart = Le graphique de ce bilan :
desk-digest-preview-pdf = Le document à imprimer, tel que les partenaires le reçoivent :
desk-resend =
    { $count ->
        [one] 1 bilan part vers { $name }.
       *[other] { $count } bilans partent vers { $name }.
    }
desk-resend-nothing = { $name } a déjà reçu tous les bilans acceptés. Pour en renvoyer un, ajoutez son numéro.
desk-resend-unknown = Ce nom n’est pas celui d’un partenaire. Partenaires : { $names }
desk-digest-line = n° { $period } · { $state }
desk-digest-delivery = { $name } : { $state }, essais : { $tries }
desk-digest-state-frozen = figé, à accepter
desk-digest-state-held = retenu
desk-digest-state-approved = accepté
desk-delivery-due = à envoyer
desk-delivery-sent = envoyé
desk-delivery-failed = en échec
desk-delivery-given-up = abandonné
desk-delivery-next = Prochain essai : { $at }.
desk-delivery-anew = /digest send reprend les envois.
desk-delivery-paused = En pause, à la demande du partenaire.
desk-delivery-gone = N’est plus partenaire.
desk-delivery-unsound = La fiche de ce partenaire a été changée : retirez-le avec /revoke, puis invitez-le de nouveau.
desk-delivery-waits-locked = Le bilan n° { $period } n’est pas encore arrivé partout. Il attend l’ouverture du bureau.
desk-delivery-failed-notice = Le bilan n° { $period } n’est pas encore arrivé chez { $names }. { $why } Prochain essai : { $at }.
desk-delivery-given-up-notice = L’envoi du bilan n° { $period } à { $names } est abandonné après une semaine d’essais. { $why } /digest send le reprend.
desk-undelivered =
    .unreachable = Le réseau ou le serveur ne répond pas.
    .insecure = Le serveur de courriel n’offre pas de connexion sûre : vérifiez les réglages SEUIL_SMTP.
    .login = Le serveur de courriel refuse notre compte : vérifiez les réglages SEUIL_SMTP.
    .refused = Cette adresse est refusée : vérifiez-la avec le partenaire.
    .blocked = Le partenaire a bloqué le programme ou quitté la conversation : joignez-le autrement.
    .full = Il n’y a plus de place : faites-en sur le disque, ou dans la boîte du partenaire.
    .unwritable = Le dossier n’est pas là, ou le programme n’a pas le droit d’y écrire : l’équipe technique doit voir SEUIL_DIGEST_FOLDER.
    .unrendered = Un format ne peut pas être préparé : prévenez l’équipe technique.
    .unsealed = La clé du partenaire ne fonctionne pas : demandez-lui une nouvelle clé publique age.
    .unset = Il manque un réglage pour cet envoi : voyez .env.example.
    .other = Cause inconnue : l’équipe technique la trouvera dans le journal du programme.
desk-unopened =
    { $count ->
        [one] 1 élément n’a pas pu être ouvert pour le bilan. Il n’est pas compté.
       *[other] { $count } éléments n’ont pas pu être ouverts pour le bilan. Ils ne sont pas comptés.
    }

## Membres

desk-partners = Partenaires :
desk-partners-none = Aucun partenaire. Pour en inviter un : /invite partner et son nom
desk-partner-sealed = scellé pour sa clé
desk-partner-paused = en pause
desk-partner-added = { $name } recevra les prochains bilans. /digest resend et son nom envoie les précédents.
desk-partner-there = Quelqu’un reçoit déjà les bilans à cet endroit.
desk-partner-example = Par courriel, un nom puis une adresse : /partners mail Refuge bilans@exemple.org. Dans un dossier, un nom d’un seul mot : /partners folder presse
desk-partner-key = { $name } a donné une clé : ses prochains bilans seront scellés pour elle. Empreinte : { $fingerprint }. Si vous ne l’attendiez pas, demandez au partenaire, par un autre moyen.
desk-partner-key-dropped = { $name } a retiré sa clé : ses prochains bilans ne seront plus scellés. Si vous ne l’attendiez pas, demandez au partenaire, par un autre moyen.
desk-partner-left = { $name } n’est plus partenaire, à sa demande, et ne reçoit plus rien.

## Ce que choisit un partenaire

desk-language =
    { $language ->
        [fr] Vos bilans sont en français.
        [en] Vos bilans sont en anglais.
       *[other] Langue de vos bilans : { $language }.
    } Langues possibles : { $languages }. Exemple : /language en
desk-language-set = Vos bilans et nos messages seront en français.
desk-formats = Vous recevez : { $names }. Formats possibles : { $formats }. Exemple : /format text pdf. Pour revenir au choix habituel : /format tout
desk-formats-set = Vous recevrez : { $names }.
desk-paused = Rien ne vous est envoyé jusqu’à /resume. Les bilans vous attendent.
desk-resumed = Les envois reprennent. Ce que vous avez manqué part maintenant.
desk-leave = Si vous confirmez, vous ne recevez plus de bilan et votre inscription est effacée. Pour confirmer : /leave oui. Pour une simple pause : /pause
desk-left = C’est fait : vous n’êtes plus partenaire et ne recevez plus rien. Pour revenir, demandez une invitation à l’association.
desk-key-none = Aucune clé : vos bilans arrivent sans être scellés. Envoyez /key puis votre clé publique age, qui commence par age1.
desk-key-is = Vos bilans sont scellés pour la clé d’empreinte { $fingerprint }. /key remove l’enlève.
desk-key-set = Clé gardée, empreinte { $fingerprint }. Vos prochains bilans seront scellés pour elle. Gardez bien votre clé secrète : sans elle, ils ne s’ouvrent pas.
desk-key-refused = Ce n’est pas une clé publique age : elle commence par age1, sur une ligne. Rien n’a changé. N’envoyez jamais votre clé secrète.
desk-key-secret = Votre message contient une clé secrète : elle n’a pas été gardée. S’il est encore dans cette conversation, supprimez-le. Faites une nouvelle paire de clés (age-keygen) et n’envoyez que la clé publique, qui commence par age1.
desk-key-dropped = Clé enlevée. Vos prochains bilans arriveront sans être scellés.
desk-verify = Pour vérifier qu’un bilan n’a pas été changé : minisign -Vm SHA256SUMS -P { $line }, puis sha256sum -c --ignore-missing SHA256SUMS. La clé doit être celle que l’association vous a donnée par un autre moyen que cette conversation.
desk-verify-files = La signature du bilan n° { $period }, à garder à côté de ses fichiers. Empreinte du bilan : { $sha256 }
desk-invite = Code d’invitation pour { $role } ({ $name }), à donner en main propre. Il sert une fois, pendant { $days } jours :
desk-invite-roles = Écrivez /invite, un rôle (owner, moderator, auditor, partner), puis un nom.
desk-revoked = { $name } n’est plus membre.
desk-invite-withdrawn = L’invitation de { $name } est retirée.
desk-revoke-unknown = Personne ne porte ce nom. Membres : { $names }
desk-revoke-several = Plusieurs membres portent ce nom. Écrivez la marque à la place : { $names }
desk-revoke-last-owner = C’est la dernière personne responsable. Invitez-en une autre d’abord.
desk-role-owner = responsable
desk-role-moderator = modération
desk-role-auditor = audit
desk-role-partner = partenaire
desk-joined = Bienvenue. Votre rôle : { $role }. Écrivez /help pour voir vos commandes.
desk-chat-moved = Ce groupe a changé de numéro chez Telegram. Nous ne pouvons plus effacer ce qui est plus haut : supprimez-le à la main.
desk-join-refused = Ce code n’est pas valable, ou il a déjà servi.
desk-join-already = Vous êtes déjà membre. Ce code n’a pas servi.

## Contrôle

desk-audit-empty = Le journal est vide.
desk-audit-sound = Journal intact : { $lines } lignes. Empreinte de la dernière : { $head }. Notez-la pour la comparer plus tard.
desk-audit-broken = Le journal est rompu à la ligne { $line }. Quelqu’un l’a changé. Gardez une copie des fichiers et prévenez l’équipe technique.
desk-audit-cut = Le journal est rompu : il a été coupé ou réécrit. Les { $lines } lignes connues hors de la base n’y sont plus. Gardez une copie des fichiers et prévenez l’équipe technique.
desk-audit-head-damaged = Le fichier audit.head a été changé : plus rien hors de la base ne répond du journal. Gardez une copie des fichiers et prévenez l’équipe technique.
desk-lock-done = Le bureau est verrouillé. Les clés ne sont plus en mémoire.
desk-keys-rotated = Les clés de l’équipe ont été renouvelées : le bureau s’est verrouillé. Pour l’ouvrir, à la console : python -m bot unlock
desk-status = Empreinte de la clé de l’équipe : { $fingerprint }. À relire : { $waiting }. Acceptés, pas encore comptés : { $ready }. Bilans en attente : { $digests }. Verrouillage après { $minutes } min sans activité.
desk-key-which = Quelle clé ? Écrivez le numéro d’une époque passée dont la clé existe encore, par exemple : /key destroy 1. À la console : python -m bot keys status
desk-key-destroy-asked = Destruction de la clé de l’époque { $epoch } ({ $fingerprint }) demandée. Une autre personne doit la confirmer.
desk-key-destroy-wanted = La destruction de la clé de l’époque { $epoch } ({ $fingerprint }) attend une deuxième personne : /key destroy { $epoch }. Les sauvegardes d’avant le renouvellement ne s’ouvriront plus.
desk-key-destroy-agreed = Vous êtes deux : la destruction de la clé de l’époque { $epoch } ({ $fingerprint }) est décidée. Elle se fait à la console, dans les sept jours : python -m bot keys destroy { $epoch }
desk-status-key = Cette clé (époque { $epoch }) est à renouveler dans { $days } j. Clés plus anciennes qui existent encore : { $older }.
desk-status-key-due = Cette clé (époque { $epoch }) est à renouveler depuis { $days } j : python -m bot keys rotate. Clés plus anciennes qui existent encore : { $older }.
desk-revoked-rotate = { $name } a pu voir ou garder des clés. Renouvelez celle de l’équipe, à la console : python -m bot keys rotate, puis python -m bot keys rewrap. Si { $name } connaissait la phrase de passe : python -m bot keys passphrase
desk-status-signal = Signal : signal-cli { $version }, en service ici depuis { $days } j.
desk-status-signal-old = Signal : signal-cli { $version }, en service ici depuis { $days } j. C’est ancien : Signal refuse les programmes trop vieux. L’équipe technique doit en installer un plus récent.
desk-status-verify =
    { $count ->
        [0] Rien à vérifier par l’association.
        [one] 1 point à vérifier par l’association : python -m bot check
       *[other] { $count } points à vérifier par l’association : python -m bot check
    }
desk-alarm-item = Alarme : une partie de { $case } ({ $part }) ne s’ouvre pas. Comparez l’empreinte de la clé avec /status et relisez /audit.
desk-alarm-unopened = Alarme : des éléments conservés ({ $count }) ne s’ouvrent avec aucune de nos clés. Ils sont restés tels quels. Quelqu’un a peut-être écrit dans la base : prévenez l’équipe technique.
desk-alarm-command = Alarme : une commande de la file ne s’ouvre pas. Elle a été écartée.
desk-alarm-digest = Alarme : le bilan n° { $period } n’est pas celui qui a été figé. Il n’est pas envoyé. Rétablissez la base depuis une sauvegarde.
desk-alarm-approval = Alarme : le bilan n° { $period } est marqué comme accepté, alors que personne ne l’a accepté ici. Il n’est pas envoyé. Quelqu’un a écrit dans la base : cherchez qui le peut. Pour l’envoyer malgré tout : /digest approve
desk-alarm-made-before = Alarme : le bilan n° { $period } a déjà été fait, et n’est plus dans la base. Elle a été remplacée par une copie plus ancienne, ou modifiée. Le refaire compterait à nouveau les mêmes personnes, et pourrait les dévoiler. Rétablissez une copie plus récente.
desk-alarm-audit = Alarme : le journal a été coupé ou réécrit. Quelqu’un a écrit dans la base. Gardez une copie des fichiers et prévenez l’équipe technique.
desk-alarm-reply = Alarme : la clé de réponse de { $case } ne correspond pas. Quelqu’un a peut-être changé la base.

## Aide, une ligne par commande

desk-help = Vos commandes ({ $role }) :
desk-help-help = /help : cette liste
desk-help-status = /status : l’état du bureau et l’empreinte de la clé de l’équipe
desk-help-queue = /queue (/file) : ce qui attend
desk-help-stats = /stats (/chiffres) : la charge de travail
desk-help-next = /next (/suivant) : prendre un témoignage
desk-help-open = /open (/ouvrir) : lire celui que vous avez pris
desk-help-open_yes = /open oui : lire malgré les insultes annoncées
desk-help-get = /get (/recevoir) : recevoir, scellé, celui que vous avez pris
desk-help-decision = /decision document : envoyer ce que vous avez décidé et signé
desk-help-quarantine = /quarantine (/quarantaine) : ce qui a été mis à part comme douteux
desk-help-quarantine_release = /quarantine release (remettre) témoignage : le remettre dans la file ; sans référence, tous
desk-help-quarantine_reject = /quarantine reject (refuser) : tout refuser, après confirmation
desk-help-quarantine_reject_yes = /quarantine refuser oui : confirmer ; /undo reprend tout
desk-help-approve = /approve (/approuver) : accepter
desk-help-reject = /reject (/rejeter) : refuser
desk-help-escalate = /escalate (/transmettre) : confier aux responsables
desk-help-undo = /undo (/annuler) : laisser, ou reprendre votre dernière décision
desk-help-summary = /summary (/résumé) texte : écrire un résumé sans détail reconnaissable
desk-help-quote = /quote (/citation) : voir la phrase proposée par la personne
desk-help-quote_yes = /quote oui : la retenir ; il faut deux personnes
desk-help-mask = /mask (/masquer) mots : les retirer du récit
desk-help-note = /note (/noter) texte : note pour l’équipe
desk-help-reply = /reply (/répondre) texte : répondre à la personne, qui le lira avec son reçu
desk-help-delete = /delete (/supprimer) témoignage : tout effacer ; il faut deux personnes
desk-help-ban = /ban (/bannir) : bloquer la personne qui l’a envoyé
desk-help-unban = /unban (/débannir) : lever un blocage
desk-help-digest = /digest (/bilan) : les bilans et leurs envois
desk-help-digest-partner = /digest (/bilan) : recevoir de nouveau le dernier bilan, ou un autre par son numéro
desk-help-digest_list = /digest list (liste) : les bilans et leurs envois
desk-help-digest_list-partner = /digest list (liste) : tous les bilans
desk-help-digest_resend = /digest resend (renvoyer) nom : envoyer à un partenaire les bilans passés
desk-help-verify = /verify (/vérifier) : contrôler la signature d’un bilan
desk-help-language = /language (/langue) fr ou en : la langue de vos bilans
desk-help-format = /format (/formats) text pdf csv json page : ce que vous recevez
desk-help-pause = /pause : ne rien recevoir pour le moment
desk-help-resume = /resume (/reprendre) : recevoir de nouveau, et ce qui manque
desk-help-key = /key (/clé) age1… : sceller vos bilans pour votre clé
desk-help-key_remove = /key remove (retirer) : ne plus les sceller
desk-help-leave = /leave (/quitter) : ne plus être partenaire
desk-help-leave_yes = /leave oui : le confirmer
desk-help-digest_preview = /digest preview (aperçu) : lire le prochain bilan
desk-help-digest_approve = /digest approve (approuver) : l’accepter
desk-help-digest_hold = /digest hold (retenir) : le retenir
desk-help-digest_send = /digest send (envoyer) : le faire et l’envoyer
desk-help-partners = /partners (/partenaires) : les partenaires
desk-help-partners_mail = /partners mail (courriel) nom adresse : un partenaire qui reçoit par courriel
desk-help-partners_folder = /partners folder (dossier) nom : un partenaire qui reçoit dans un dossier
desk-help-invite = /invite (/inviter) rôle nom : créer un code d’invitation
desk-help-revoke = /revoke (/retirer) nom : retirer un membre
desk-help-audit = /audit (/journal) : les dernières lignes du journal
desk-help-audit_verify = /audit verify (vérifier) : contrôler tout le journal
desk-help-key_destroy = /key destroy (/clé détruire) époque : laisser détruire une ancienne clé ; il faut deux personnes
desk-help-lock = /lock (/verrouiller) : verrouiller le bureau
