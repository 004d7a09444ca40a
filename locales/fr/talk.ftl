### Tout ce que Seuil dit dans la conversation. Le français est l'original.
### Une idée par message, trois phrases et 300 signes au plus. Vous, présent, mots simples.
### Ni éloge, ni pitié, ni verdict, ni promesse ; rien qui presse de porter plainte.

## Les mots que l'on peut taper à tout moment

word-help = AIDE
word-skip = PASSER
word-back = RETOUR
word-pause = PAUSE
word-stop = STOP
word-erase = EFFACER
word-done = FINI
word-next = SUITE
word-continue = CONTINUER
word-yes = OUI
word-no = NON

# Ce que l'on accepte aussi pour le même mot, séparé par des virgules ; les accents et la casse ne comptent pas.
# Les mots de chaque langue valent dans toutes les langues.
alias-help = aide, à l’aide, aidez-moi, help, sos, au secours
alias-skip = passer, passe, je passe, passer la question
alias-back = retour, revenir, précédent, en arrière, revenir en arrière
alias-pause = pause, faire une pause, plus tard
alias-stop = stop, arrêter, arrête, arrêtez, quitter
alias-erase = effacer, efface, effacez, tout effacer, tout supprimer
alias-done = fini, j’ai fini, c’est fini, terminé, j’ai terminé, fin
alias-next = suite, la suite, page suivante
alias-continue = continuer, reprendre, on continue
alias-yes = oui, ouais, oui merci
alias-no = non, non merci, nan, rien, c’est tout, rien d’autre, rien à ajouter

## L'accueil et le chemin

welcome = Bonjour, vous pouvez raconter ici ce qui s’est passé quand quelqu’un est venu chez vous pour son travail ; des bénévoles de l’association le liront. C’est un programme qui répond : pas une personne, pas un service d’urgence, et aucune plainte n’est déposée. Pour arrêter à tout moment, écrivez STOP.

option-line = { $number }. { $label }
option-chosen = { $label } (choisi)
several-hint = Plusieurs réponses sont possibles. Écrivez les numéros, par exemple 1 3, puis FINI.
page-of = Page { $page } sur { $pages }. SUITE montre une autre page de la liste.
page-of-text = Page { $page } sur { $pages }. Écrivez SUITE pour lire la page suivante.
progress = Étape { $n } sur { $of }.
progress-start = Tout le chemin prend environ 15 minutes ; vous pouvez vous arrêter, ou passer une question, quand vous voulez.

stage-threshold = D’abord, quelques questions courtes.
stage-story = Vos mots d’abord. { progress-start }
stage-facts = Voici maintenant des questions à choix. Elles servent seulement à faire des chiffres groupés, et vous pouvez toutes les passer.
stage-after = Les questions suivantes parlent de ce qui est venu après. Elles servent aussi aux chiffres groupés.
stage-choose = Il reste à choisir à quoi votre témoignage peut servir.

not-understood = Pour répondre, écrivez le numéro d’une ligne. Vous pouvez aussi écrire PASSER.
free-text-kept = C’est noté avec vos mots.
narrative-more-messages = C’est reçu. Continuez, ou écrivez FINI.
too-much = Il n’y a plus de place pour ce message. Ce que vous avez écrit avant est là. Écrivez FINI pour passer à la suite.
edited-replaced = Votre message modifié remplace le précédent.

validation-story = Merci de l’avoir écrit. Ce que cette personne a fait n’est pas de votre faute.
validation-care = Merci de l’avoir dit. Ce que cette personne a fait n’est pas de votre faute, et c’est vous qui décidez de la suite.

# { $lines } : deux ou trois lignes d'aide, une par ligne.
care-block = Des soins et un examen médical sont possibles vite, même sans plainte. Un médecin ou les urgences peuvent aussi noter les traces, au cas où vous en auriez besoin un jour.
    { $lines }

## Le danger et les mots qui alertent

crisis-offer = Ces lignes répondent tout de suite. Voulez-vous continuer ici, ou faire une pause ?
    .go_on = Continuer
    .pause = Faire une pause

danger-offer = Votre sécurité d’abord : rien n’est gardé de cet échange. Quand vous serez à l’abri, vous pourrez revenir ici en écrivant /start.
danger-unsure = Vous pouvez appeler maintenant, même sans certitude. Vous pouvez aussi continuer ici, à votre rythme.

minor = Ici, on peut témoigner à partir de 18 ans, et rien n’est gardé de cet échange. En France, le 119 et le 3018 vous écoutent gratuitement.

## L'accord

# Les mots de chaque canal suivent cette notice (consent-notice-channel-…), puis consent-limit.
consent-notice = Des bénévoles de l’association lisent ce que vous écrivez, pour en tirer des chiffres groupés envoyés à d’autres associations. Le récit est effacé { $story_days } jours après leur décision, les réponses aux listes après { $coded_months } mois. N’écrivez aucun nom ; vous pouvez tout retirer avec un reçu.
consent-notice-channel-telegram = Telegram peut lire les conversations avec un programme comme celui-ci. Le serveur de l’association voit ce que vous écrivez au moment où vous l’envoyez. Signal est plus discret, si l’association y est aussi.
consent-notice-channel-signal = Signal ne peut pas lire cette conversation. Le serveur de l’association, lui, voit ce que vous écrivez au moment où vous l’envoyez.
consent-notice-channel-terminal = Cette conversation ne passe par aucune messagerie. Qui a accès à cet ordinateur peut voir ce que vous tapez au moment où vous le tapez.
consent-notice-channel-web = Cette conversation ne passe par aucune messagerie. Le serveur de l’association voit ce que vous écrivez au moment où vous l’envoyez, et le navigateur peut garder l’adresse de cette page.
consent-limit = Le secret a une limite. Si un récit parle d’un enfant, ou d’une personne qui ne peut pas se protéger, victime de mauvais traitements ou d’agression sexuelle, la loi demande d’avertir les autorités (code pénal, article 434-3). Nous ne vous demandons pas qui vous êtes.
consent-refused = C’est entendu : rien n’est gardé. L’aide et les droits restent ouverts.
nothing-told = Vous avez passé toutes les questions : il n’y a rien à garder. L’aide et les droits restent ouverts.
nothing-kept = C’est entendu : rien n’est gardé, et ce qui était écrit est effacé. L’aide et les droits restent ouverts.

## Ce que nous faisons de vos données (/privacy)

privacy-1 = Responsable de ces données : { $operator }. Pour lui écrire : { $contact }.
privacy-2 = Nous gardons vos réponses et votre récit, avec votre accord, pour produire des chiffres groupés et faire connaître ces faits. Les numéros, les adresses et les noms que le programme reconnaît sont retirés avant l’enregistrement. Votre compte n’est pas gardé avec le témoignage.
privacy-3 = Un brouillon reste { $hours } heures au plus. Le récit est effacé { $story_days } jours après la décision de l’équipe, les réponses aux listes après { $coded_months } mois. Les chiffres déjà publiés ne désignent personne et restent.
privacy-4 = Avec votre reçu, vous pouvez compléter ou retirer votre témoignage à tout moment. Sans reçu, nous ne savons pas quel témoignage est le vôtre. Vous pouvez aussi vous adresser à la CNIL, l’autorité qui protège les données : cnil.fr.
privacy-5 = Telegram peut lire les conversations avec un programme. Signal ne le peut pas. Dans les deux cas, notre serveur voit ce que vous écrivez au moment où vous l’envoyez, puis le met sous une clé qu’il n’a pas.
privacy-6 = Une personne qui tient votre téléphone déverrouillé peut lire ce qui n’est pas effacé. EFFACER retire le brouillon et les messages que l’application nous laisse supprimer. Le reste s’efface à la main, dans l’application.

operator-unnamed = l’association qui tient ce programme (son nom n’est pas encore indiqué)
contact-unnamed = l’adresse n’est pas encore indiquée

## S'arrêter, revenir, effacer

paused = C’est en pause : ce que vous avez écrit reste au plus { $hours } heures, puis s’efface. Pour reprendre, écrivez CONTINUER. Nous ne vous enverrons aucun rappel.
resume-offer = Vous pouvez reprendre là où vous en étiez.
    .resume = Continuer
    .erase = Effacer
expired = Le délai est passé : ce qui était commencé est effacé. Vous pouvez recommencer quand vous voulez.
stopped = C’est arrêté, et ce qui était commencé est effacé. Pour revenir, écrivez /start.
ended = La conversation est finie. Pour revenir, écrivez /start.
erased = C’est fait.

## Images, voix, fichiers

media-refused = Les images, les messages vocaux et les fichiers ne sont ni ouverts ni téléchargés ici : ne nous les envoyez pas. Gardez l’original chez vous, et une copie ailleurs que sur ce téléphone, avec la date visible. Vous pouvez continuer avec vos mots.

## La relecture

review-intro = Voici exactement ce qui sera gardé. Vous pouvez changer une réponse, retirer une phrase, ou tout effacer.
review-story-head = Vos mots :
review-answers-head = Vos réponses :
review-answer = { $question } { $answer }
review-removed = Retiré : { $kinds }. C’est pour vous protéger, et parce que la loi ne nous permet pas de le garder.
review-menu = Que voulez-vous faire de ce texte ?
    .keep = Garder ce texte
    .change = Changer une réponse
    .remove = Retirer une phrase
    .erase = Tout effacer

kind-phone = numéro de téléphone
kind-email = adresse électronique
kind-handle = pseudonyme
kind-link = lien
kind-address = adresse
kind-postcode = code postal
kind-door = étage ou code d’entrée
kind-plate = plaque d’immatriculation
kind-iban = numéro de compte
kind-nir = numéro de sécurité sociale
kind-siret = numéro d’entreprise
kind-card = numéro de carte
kind-case_number = numéro de dossier
kind-number = suite de chiffres
kind-place = lieu
kind-date = date
kind-time = heure
kind-name = nom
kind-company = nom d’entreprise
kind-receipt = mots d’un reçu

change-which = Quelle réponse voulez-vous changer ?
    .narrative = Votre récit
    .narrative_more = Ce que vous avez ajouté
    .gate_physical = Gestes et contacts physiques
remove-which = Quelle phrase voulez-vous retirer ? RETOUR vous ramène à la relecture.
removed-sentence = Cette phrase est retirée.
nothing-to-remove = Il n’y a pas de phrase à retirer.

## Le choix et l'envoi

share-explained = Les chiffres groupés comptent votre réponse avec celles d’autres personnes. Le résumé est réécrit par l’équipe, sans détail qui vous fasse reconnaître. La phrase est choisie par vous, puis relue par deux personnes.
quote-which = Quelle phrase peut être citée ? Deux personnes de l’équipe la relisent avant.
    .no_quote = Aucune : les chiffres groupés seulement
# { $quote } : la phrase exacte, 200 signes au plus.
quote-shown = Est-ce bien cette phrase qui pourra être citée : « { $quote } » ?
    .yes = Oui, celle-ci
    .other = Une autre
    .no = Aucune : les chiffres groupés seulement
confirm = C’est la dernière étape. Voulez-vous envoyer ce témoignage ?
    .send = Envoyer
    .back = Revenir à la relecture
    .erase = Tout effacer

sealing-failed = Le témoignage n’a pas pu être mis sous clé, donc rien n’est envoyé. Ce que vous avez écrit reste dans le brouillon, avec le même délai. Pour réessayer plus tard, écrivez CONTINUER.
sent = C’est envoyé, merci. L’équipe le lit puis décide de ce qu’elle en fait. Le récit est effacé { $story_days } jours après cette décision, les réponses aux listes après { $coded_months } mois.
receipt = Votre reçu, en huit mots :
    { $words }
    Ils ne seront plus montrés : notez-les sur papier plutôt que dans le téléphone.
not-accepted = Ce témoignage n’est pas gardé. L’aide et les droits restent ouverts.
receipt-use = Avec ces mots, sur n’importe quel téléphone, vous pouvez ajouter quelque chose, lire une réponse ou retirer votre témoignage : écrivez /receipt. Ils ne permettent à personne de relire votre récit.

## La fin

closing = Voulez-vous autre chose avant de finir ?
    .help = Les lignes d’aide
    .grounding = Un court exercice au calme
    .hide = Cacher les huit mots
    .clear_chat = Effacer cette conversation
    .end = Finir
receipt-hidden = Les huit mots ne sont plus à l’écran, si l’application le permet. Vérifiez que vous les avez notés.
grounding = Si vous voulez, posez les deux pieds au sol. Regardez autour de vous et nommez, sans parler, cinq choses que vous voyez. Prenez le temps qu’il vous faut.
clear-chat-telegram = Pour effacer cette conversation, ouvrez son menu, puis « Supprimer l’échange ». Choisissez la suppression des deux côtés si elle est proposée. Les notifications déjà reçues se retirent à part.
clear-chat-signal = Pour effacer cette conversation, appuyez longuement sur elle dans la liste, puis choisissez de la supprimer. Les notifications déjà reçues se retirent à part.
clear-chat-terminal = Pour effacer ce qui est à l’écran, fermez cette fenêtre, ou tapez clear une fois le programme fini.
clear-chat-web = Pour effacer cette page, fermez-la, puis retirez-la de l’historique du navigateur.

## Le reçu (/receipt)

receipt-menu = Vous avez un reçu de huit mots. Que voulez-vous faire ?
    .read = Lire une réponse
    .add = Ajouter quelque chose
    .withdraw = Retirer le témoignage
    .end = Revenir
receipt-ask = Écrivez les huit mots de votre reçu, dans l’ordre.
receipt-form = Un reçu, ce sont huit mots, dans l’ordre. Ce que vous venez d’écrire n’est pas gardé.
receipt-typo = Un des mots ne semble pas juste. Écrivez-les de nouveau, dans l’ordre.
# La même phrase pour un reçu inconnu, un témoignage retiré, et l'absence de réponse.
receipt-nothing = Il n’y a pas de message à lire avec ces mots.
receipt-too-many = Il y a eu beaucoup d’essais. Vous pouvez recommencer plus tard.
receipt-reply = Réponse de l’équipe : { $text }
add-ask = Qu’est-ce que vous voulez ajouter ? N’écrivez ni nom, ni numéro, ni adresse. Les huit mots de votre reçu seront demandés ensuite.
added = C’est transmis, si ces mots sont ceux d’un témoignage.
withdraw-ask = Pour retirer votre témoignage, écrivez les huit mots de votre reçu, dans l’ordre. Il sera effacé tout de suite, sans retour possible. RETOUR annule.
withdrawn = C’est fait : rien n’est gardé sous ces mots.
withdraw-limit = Les chiffres groupés déjà envoyés à des associations ne peuvent pas être repris. Ils ne désignent personne.

## L'aide (/help)

help-intro = L’aide est ouverte à tout moment, sans rien raconter. Pour une autre langue, écrivez /language ; pour un autre pays, choisissez « Changer de pays ».
help-country = Dans quel pays cherchez-vous de l’aide ?
    .FR = France
    .BE = Belgique
    .CH = Suisse
    .LU = Luxembourg
    .CA = Canada
    .GB = Royaume-Uni
    .ES = Espagne
    .DE = Allemagne
    .other = Un autre pays
help-menu = De quelle aide avez-vous besoin ?
    .danger = Un danger, maintenant
    .talk = Parler à quelqu’un
    .sexual = Des violences sexuelles
    .digital = Des messages, des insultes en ligne
    .minor = Pour une personne de moins de 18 ans
    .suicide = Des idées de mort
    .rights = Les droits, une plainte
    .care = Des soins
    .country = Changer de pays
    .end = Revenir
help-head =
    .danger = En cas de danger, vous pouvez appeler :
    .talk = Pour parler à quelqu’un :
    .sexual = Pour des violences sexuelles, à tout âge :
    .digital = Pour des messages ou des insultes en ligne :
    .minor = Pour les moins de 18 ans :
    .suicide = Quand on pense à mourir :
    .rights = Pour connaître ses droits ou porter plainte :
    .care = Pour des soins :
help-line = { $number } : { $who }. { $hours }, { $cost }.
help-line-anonymous = { $number } : { $who }. { $hours }, { $cost }, anonyme.
# Une ligne courte, pour care-block et les urgences.
help-line-short = { $number } : { $who }.
help-dated = Ces renseignements viennent de sources publiques, dont la plus ancienne date de { $year }. L’équipe ne les a pas tous vérifiés.
help-no-country = Nous n’avons pas de liste pour ce pays. En Europe, le 112 répond jour et nuit. Ailleurs, c’est le numéro d’urgence du pays.
help-no-lines = Nous n’avons pas de ligne de ce genre pour ce pays. Les autres choix restent ouverts.

## Le reste

language-changed = Nous continuons en français.
failed = Quelque chose n’a pas marché de notre côté, et votre dernier message n’est pas gardé. Vous pouvez l’envoyer de nouveau dans un moment.

commands-help = À tout moment, vous pouvez écrire :
    /start : commencer ou reprendre
    /help : les lignes d’aide
    /rights : les droits
    /privacy : ce qui est gardé
    /language : changer de langue
    /receipt : utiliser un reçu
    /erase : tout effacer
