"""First names that are nothing else, and first names that are also words.

Never here: surnames, of which there are more than words.

Why two lists: "kevin" is a person anywhere, "pierre" or "rose" only with a capital inside a sentence or after a cue.
Source: names common in France, Belgium, Switzerland, Québec and Britain, of every origin, written for this project.
"""

# ruff: noqa: E501, SIM905 - patterns and word lists are cut where they mean something, not at a column

from __future__ import annotations

from typing import Final

SURE: Final = frozenset(
    """
alex seb nico ludo ludovic greg manu fred fanny sacha bogdan piotr tarik tarek tariq wladek jb cedrick stephan sylvio nono
krzysztof radu ionut vasile goran dragan milos zoran
abdel abdelkader abdellah abdelkrim abdou abdoulaye abdul adam adama adeline adil adrien agathe agnes ahmed aicha aissatou alain alban albert
alessandro alex alexandra alexandre alexia alexis alfred ali alice alicia aline alison alix aliou allan alphonse amadou amandine amanda amelie
amina amine aminata amir amelia anais anaelle andre andrea andreas andrew andrzej angela angele angelina angelique anissa anita anna annabelle anne annie annick
anouk anthony antoine antonin antonio armand armelle arnaud arthur ashley assia astrid aubin audrey augustin aurelie aurelien axel aya ayoub aymeric
aziz bachir baptiste barbara bastien beatrice benedicte benjamin benoit berenice bernadette bernard bertrand bilal bilel boris boubacar
brahim brandon brian brice brigitte bruno bryan camille carine carla carole caroline catherine cathy cecile cedric celia celine cemal charles
charlene charlie chloe chris christel christelle christian christiane christine christophe christopher cindy clara clarisse claude claudia claudine clea
clemence clementine cloe clotilde coralie corentin corinne cyril cyrille dalila damien daniel daniela danielle danny daphne david davide debora deborah delphine
denis denise diana diane didier diego dimitri djamel djibril dominique donovan dorian doriane dorothee dylan eddy edgar edith edouard edward
elena eleonore elias elif elisa elisabeth elise elizabeth ella elodie eloise elsa elvis emeline emeric emile emilie emilien emily emma emmanuel
emmanuelle emre enzo eric erika erwan estelle esteban esther ethan etienne eugenie eva evan evelyne fabian fabien fabienne fabio fabrice fadila
farid farida fatima fatiha fatma fatou fatoumata felix ferdinand fernand fernando fethi flavie flavien floriane florian florent florine franck francine francis
francisco francois francoise frederic frederique gabin gabriel gabrielle gaelle gael gaetan gary gaspard gauthier genevieve geoffrey geoffroy george
georges georgette gerald geraldine gerard germain ghislaine gilbert gilles giovanni giulia gregoire gregory guillaume gustave guy gwendoline gwenaelle habib hadrien hakim
hamid hamza hanane hannah harold harry hassan hatem helena helene henri henriette henry herve hicham hippolyte houda hubert hugo hugues hussein
ibrahim ibrahima idriss igor ilham ilyas ilyes imane ines ingrid irene isabelle isaac ismael ismail issa ivan jacqueline jacques jade jalal james
jamel jamila jamie janine jasmine jason jawad jean jeanne jeannine jennifer jenny jeremie jeremy jerome jessica jessy jessie jimmy joachim joan joanna joao joel
joelle joffrey johan johann johanna john johnny jonas jonathan jordan jordane jorge jose josephine joseph josette josiane josselin joshua josue
juan judith jules julia julian juliana julie julien juliette julius justin justine kader kadir kaina kamel kamal kamila karen karim karima karine katia kelly kenza
kenzo kevin kheira khadija khaled khalid kim kylian laetitia laila lamia lamine lana lara larbi laura laure laurence laurene laurent lauriane laurie
lea leandre leila lenny leo leon leonard leonie leonor leopold leslie lila lilia liliane lilian linda lionel lisa lise loan loane loic
lola loris lorenzo lorraine louane louis louise louisa louna luc luca lucas lucie lucien lucienne ludivine ludovic luis luisa luka lukas lydia lyes lydie
maeva maelle mael maeva mahmoud maimouna malek malik malika mamadou manon manuel manuela marcel marceline marco marcus margaux margot maria mariam mariama marianne
marie marielle marilyn marina mario marion marius marjorie marta marthe martine marwa marwan maryam maryline maryse mateo mathias mathieu mathilde
mathis mathys mattheo matthew matthias matthieu maud maurice max maxence maxime maximilien maya mehdi mehmet melanie melina melissa
melodie meryem michael michel michele micheline mickael miguel mika mike mikael mila milan mireille mohamed mohammed mohand momo monique mouad
moussa moustapha mourad mounir muriel murielle mustafa mustapha myriam nabil nabila nadege nadia nadine nadir naima najat najib nancy naomi nassim nasser
natacha natalia natasha nathalie nathan nawel nelly nicholas nicole nicolas nina nino noa noah noam noemie nora nordine noura nour nolan norbert octave odette odile
oliver olivia olivier omar oscar osman othmane oumar ousmane pablo paola paolo patricia patrick patrice paul paula paulette pauline pawel pedro peter
philip philippe pierrick pierrot quentin rachel rachid rachida rafael rafik raja ramzi rania raoul raphael raphaelle raymond raymonde rebecca regine
regis remi remy renaud renee reynald ricardo richard riad rita robert roberto rodolphe rodrigo rodrigue roger roland romain romane romeo romuald ronan rosalie rosa
rose-marie roxane ruben rudy ryan saad sabine sabrina sadia safia said saida salah salif salim salima salma salome sam samantha sami samia samir samira
samuel samy sana sandra sandrine sara sarah sasha saida sebastien selim selma serge sergio severine shirley sidonie siham simon simone sofia sofiane
soizic solange solene soline sonia sophia sophie soraya souad soufiane souleymane stacy stanislas stefan stephane stephanie stephen steeve steve steven sullivan suzanne
suzie sven sylvain sylvaine sylvestre sylviane sylvie tanguy tania tarek tarik tatiana teddy tess thea theo theodore therese thibaud thibault thibaut
thierry thomas tiago tiffany tim timeo timothee titouan tom tommy toufik tony tristan tuan ugo ulysse urbain ursula valentin valentine valerie vanessa vera
veronique victor victoria vincent virginie vivien viviane vladimir walid warren wassim wendy wesley wilfried william willy xavier yacine yael yann yanis yannick
yannis yassin yassine yasmina yasmine yohan yohann yolande youcef younes youness youri youssef yvan yves yvette yvon yvonne zakaria zahra zara zineb zoe zoubir
jean-pierre jean-luc jean-marc jean-claude jean-paul jean-michel jean-francois jean-philippe jean-baptiste jean-louis jean-christophe jean-yves marie-claude
marie-christine marie-france marie-laure marie-pierre anne-sophie anne-marie anne-laure pierre-yves pierre-louis marc-antoine louis-philippe
wayne darren gareth nigel stuart keith craig scott shaun sean liam callum connor kyle lewis jack josh luke aaron abigail amy becky bethany charlotte chelsea
claire-marie emily-rose gemma hayley heather holly jake jane janet jodie karl katie kate kathryn kayleigh kirsty laura lauren leanne lindsay lucy
lynn megan michelle natalie nick nicky olivia owen paige pete phil rhys sharon shannon sheila simon sophie stacey steph susan tara tracey zoe
dave barry derek gavin graham ian joe kev matt neil trevor bob danny eddie frankie jimmy kenny lenny ricky ronnie sammy terry tommy vince
""".split()
) - frozenset(
    "max guy jack said sam tim charlie ali nour tom jade chelsea stuart lana rosa bob holly paris vince wayne terry dorian claude diane "
    "jean marcel loan jules pete urbain germain romane romain roman heather milan lorraine charlotte basile clementine victor barbara lou".split()
)
"""Unambiguous: taken out wherever they stand."""

ALSO_WORDS: Final = frozenset(
    """
pierre rose marine colin claire aurore olive iris violette ange victoire blanche clement constant constance prudence grace oceane lilas marguerite
capucine ambre robin martin franc lou noel pascal pascale avril carmen celeste lucky mike mark marc will bill jack hope faith joy may june art frank grant
dean rich sue pat drew chase hunter max guy tom tim sam said ali charlie jade rosa bob holly paris florence charlotte angel fleur flore melodie
clementine prune cerise eve luna stella nova ray ruby rusty sandy summer autumn dawn amber crystal pearl daisy lily poppy ivy jean basile
barbara lana nour desire aime fortune parfait modeste severe juste valere delphin dauphine gentil reine roi florence lorraine
madeleine valence vienne roman romain lazare felicite perle emeraude saphir iman islam salam hiba aden cheyenne dakota chelsea stuart
guillemette gaston gad marjolaine cannelle vince wayne terry dorian claude diane harmony tina zelda nelson victor sofia
jean marcel loan jules pete urbain germain romane heather milan clementine hector
""".split()
)
"""Also words, towns or months: taken out with a capital inside a sentence, or after a cue."""
