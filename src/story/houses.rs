//! Agencies and outlets that are often cited and known without configuration.

/// Names, and domains, of agencies (starred) and of houses often cited; the first name is the one shown. An equals sign
/// marks a name that needs its article.
pub const KNOWN: &str = "\
*Reuters|reuters.com
*Associated Press,AP|apnews.com
*AFP,Agence France-Presse,Agence France Presse|afp.com
*dpa,Deutsche Presse-Agentur,Deutschen Presse-Agentur,DPA|dpa.com
*APA|apa.at
*Keystone-SDA|keystone-sda.ch
*TASS,ТАСС|tass.com tass.ru
*Interfax,Интерфакс|interfax.ru interfax.com
*Interfax-Ukraine,Интерфакс-Украина|interfax.com.ua
*RIA Novosti,РИА Новости|ria.ru
*Xinhua|xinhuanet.com
*EFE,Efe|efe.com
*Europa Press|europapress.es
*ANSA|ansa.it
*Kyodo,Kyodo News|kyodonews.net
*Jiji Press|jiji.com
*Yonhap|yna.co.kr
*UPI,United Press International|upi.com
*Press Association,PA Media|pa.media
*Ukrinform,Укринформ|ukrinform.net
*UNIAN,УНИАН|unian.ua
*IRNA|irna.ir
*Tasnim|tasnimnews.com
*Fars News,Fars|farsnews.ir
*ISNA|isna.ir
*SANA|sana.sy
*KCNA|kcna.kp
*Press Trust of India,PTI|ptinews.com
*ANI|aninews.in
*IANS|ians.in
*Anadolu,Anadolu Agency|aa.com.tr
*Canadian Press|thecanadianpress.com
*AAP,Australian Associated Press|aap.com.au
*Bloomberg,Bloomberg News|bloomberg.com
*Dow Jones Newswires|dowjones.com
New York Times,NYT,NY Times|nytimes.com
Washington Post,WaPo|washingtonpost.com
Wall Street Journal,WSJ|wsj.com
Financial Times,FT|ft.com
Los Angeles Times,LA Times|latimes.com
Chicago Tribune|chicagotribune.com
Boston Globe|bostonglobe.com
Miami Herald|miamiherald.com
San Francisco Chronicle|sfchronicle.com
Washington Times|washingtontimes.com
Washington Examiner|washingtonexaminer.com
USA Today|usatoday.com
New York Post,NY Post|nypost.com
New York Daily News|nydailynews.com
New Yorker|newyorker.com
New York Magazine|nymag.com
Newsweek|newsweek.com
Time magazine|time.com
=The Atlantic|theatlantic.com
=The Information|theinformation.com
=The Hill|thehill.com
=The Intercept|theintercept.com
=The Economist,Economist|economist.com
=The Independent|independent.co.uk
=The Sun|thesun.co.uk
=The Mirror,Daily Mirror|mirror.co.uk
=The Verge|theverge.com
CNN|cnn.com
BBC,BBC News,Би-би-си|bbc.com bbc.co.uk
NBC News,NBC|nbcnews.com
ABC News|abcnews.go.com
CBS News,CBS|cbsnews.com
MSNBC|msnbc.com
PBS|pbs.org
Fox News|foxnews.com
Fox Business|foxbusiness.com
CNBC|cnbc.com
NPR|npr.org
CBC,CBC News|cbc.ca
Globe and Mail|theglobeandmail.com
National Post|nationalpost.com
Toronto Star|thestar.com
Politico|politico.com politico.eu
Axios|axios.com
Semafor|semafor.com
HuffPost,Huffington Post|huffpost.com huffingtonpost.com
Vox|vox.com
Vice News|vice.com
Daily Beast|thedailybeast.com
Daily Caller|dailycaller.com
Breitbart|breitbart.com
Mother Jones|motherjones.com
Bellingcat|bellingcat.com
Business Insider|businessinsider.com
Forbes|forbes.com
Fortune|fortune.com
Barron’s|barrons.com
MarketWatch|marketwatch.com
Rolling Stone|rollingstone.com
Vanity Fair|vanityfair.com
BuzzFeed News,BuzzFeed|buzzfeednews.com buzzfeed.com
TMZ|tmz.com
People magazine|people.com
Page Six|pagesix.com
TechCrunch|techcrunch.com
Wired|wired.com
Ars Technica|arstechnica.com
9to5Mac|9to5mac.com
BleepingComputer|bleepingcomputer.com
KrebsOnSecurity|krebsonsecurity.com
404 Media|404media.co
ProPublica|propublica.org
Daily Mail,MailOnline|dailymail.co.uk
Mail on Sunday|mailonsunday.co.uk
Daily Telegraph,Sunday Telegraph|telegraph.co.uk
Daily Express|express.co.uk
Sunday Times|thetimes.co.uk
Times of London|thetimes.com
Evening Standard|standard.co.uk
Guardian|theguardian.com
Sky News|news.sky.com
ITV News,ITV|itv.com
Channel 4 News|channel4.com
Irish Times|irishtimes.com
RTÉ|rte.ie
Al Jazeera|aljazeera.com
Al Arabiya|alarabiya.net
Asharq Al-Awsat|aawsat.com
Middle East Eye|middleeasteye.net
Haaretz|haaretz.com
Times of Israel|timesofisrael.com
Jerusalem Post|jpost.com
Ynet|ynetnews.com
Channel 12|mako.co.il
Times of India|timesofindia.indiatimes.com
Hindustan Times|hindustantimes.com
Indian Express|indianexpress.com
=The Hindu|thehindu.com
NDTV|ndtv.com
Dawn newspaper|dawn.com
Straits Times|straitstimes.com
Japan Times|japantimes.co.jp
Asahi Shimbun|asahi.com
Yomiuri Shimbun,Yomiuri|yomiuri.co.jp
NHK|nhk.or.jp
Nikkei,Nikkei Asia|nikkei.com
South China Morning Post,SCMP|scmp.com
Global Times|globaltimes.cn
People’s Daily|people.com.cn
Caixin|caixin.com
CCTV|cctv.com
Sydney Morning Herald|smh.com.au
=The Australian|theaustralian.com.au
ABC Radio|abc.net.au
Variety|variety.com
Deadline|deadline.com
Hollywood Reporter|hollywoodreporter.com
=The Athletic|theathletic.com
ESPN|espn.com
Sports Illustrated|si.com
Deutsche Welle,Deutschen Welle,Deutscher Welle,Немецкая волна,DW|dw.com
Der Spiegel,Spiegel,Spiegels,SPIEGEL|spiegel.de
Süddeutsche Zeitung,Süddeutschen Zeitung,Süddeutscher Zeitung,Süddeutsche|sueddeutsche.de
Frankfurter Allgemeine Zeitung,Frankfurter Allgemeinen Zeitung,Frankfurter Allgemeine,Frankfurter Allgemeinen,FAZ|faz.net
Frankfurter Rundschau|fr.de
Bild,Bild-Zeitung,Bild am Sonntag|bild.de
Die Zeit,Zeit Online|zeit.de
Die Welt,Welt am Sonntag|welt.de
Tagesspiegel,Tagesspiegels|tagesspiegel.de
Berliner Zeitung|berliner-zeitung.de
Tagesschau|tagesschau.de
ARD|ard.de
ZDF|zdf.de
NDR|ndr.de
WDR|wdr.de
MDR|mdr.de
BR24|br.de
Deutschlandfunk,Deutschlandfunks|deutschlandfunk.de
RTL|rtl.de
n-tv,ntv|n-tv.de
taz|taz.de
Focus Online|focus.de
Redaktionsnetzwerk Deutschland,Redaktionsnetzwerks Deutschland,RND|rnd.de
Handelsblatt,Handelsblatts|handelsblatt.com
Wirtschaftswoche|wiwo.de
Manager Magazin|manager-magazin.de
Correctiv|correctiv.org
Heise|heise.de
Der Standard,dem Standard,des Standard,im Standard,Standard-Bericht|derstandard.at
Kronen Zeitung|krone.at
ORF|orf.at
Neue Zürcher Zeitung,Neuen Zürcher Zeitung,NZZ|nzz.ch
Tages-Anzeiger|tagesanzeiger.ch
SRF|srf.ch
Blick|blick.ch
Le Monde,du Monde,au Monde,Monde diplomatique|lemonde.fr
Le Figaro,Figaro|lefigaro.fr
Libération|liberation.fr
Mediapart|mediapart.fr
Le Parisien,du Parisien,au Parisien|leparisien.fr
L’Express|lexpress.fr
L’Équipe|lequipe.fr
L’Obs|nouvelobs.com
L’Humanité|humanite.fr
Les Échos,aux Échos,des Échos|lesechos.fr
Le Point,du Point,au Point|lepoint.fr
Le Canard enchaîné,Canard enchaîné|lecanardenchaine.fr
Ouest-France|ouest-france.fr
La Croix|la-croix.com
BFMTV,BFM TV,BFM|bfmtv.com
Franceinfo,franceinfo,France Info|francetvinfo.fr
France Inter|radiofrance.fr
France 24|france24.com
RFI|rfi.fr
TF1|tf1.fr
Europe 1|europe1.fr
Le Soir,du Soir,au Soir|lesoir.be
Le Temps,du Temps,au Temps|letemps.ch
RTBF|rtbf.be
El País|elpais.com
El Mundo|elmundo.es
ABC de Madrid|abc.es
La Vanguardia|lavanguardia.com
El Confidencial|elconfidencial.com
elDiario.es,ElDiario.es|eldiario.es
El Periódico|elperiodico.com
Público|publico.es
Cadena SER|cadenaser.com
Marca|marca.com
Clarín|clarin.com
La Nación|lanacion.com.ar
Infobae|infobae.com
El Universal|eluniversal.com.mx
Reforma|reforma.com
Milenio|milenio.com
El Tiempo|eltiempo.com
El Espectador|elespectador.com
El Comercio|elcomercio.pe
Telesur|telesurtv.net
Univisión,Univision|univision.com
Folha de S.Paulo|folha.uol.com.br
Corriere della Sera|corriere.it
La Repubblica|repubblica.it
Коммерсантъ,Коммерсант,Коммерсантом,Kommersant|kommersant.ru
Ведомости,Ведомостей,Ведомостям,Ведомостях,Vedomosti|vedomosti.ru
Медуза,Медузой,Meduza|meduza.io
РБК,RBC|rbc.ru
Известия,Известий,Известиям,Izvestia|iz.ru
Новая газета,Novaya Gazeta|novayagazeta.ru
Дождь,TV Rain|tvrain.tv
Эхо Москвы|echo.msk.ru
Фонтанка|fontanka.ru
Газета.Ru|gazeta.ru
Лента.ру,Lenta.ru|lenta.ru
Радио Свобода,Радио Свободы,Radio Free Europe,Radio Liberty,RFE/RL|svoboda.org rferl.org
Украинская правда,Украинской правды,Украинской правде,Ukrainska Pravda|pravda.com.ua
Kyiv Independent|kyivindependent.com
Kyiv Post|kyivpost.com
Moscow Times|themoscowtimes.com
=The Insider|theins.ru
Important Stories,Важные истории|istories.media
RT,Russia Today|rt.com
Sputnik|sputniknews.com";
