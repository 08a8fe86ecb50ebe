# The pages as Doxygen wants them (sed -E): it knows no anchors, and makes a tree of the pages that another calls its
# subpages, as the index does here. The programs and pictures lie beside its own pages.
# SPDX-License-Identifier: BSL-1.0
s,(\.md)#[a-z0-9-]*\),\1),g
s,\]\((\.\./)*(docs/)?(examples|figures)/?([^)]*)\),](\3/\4),g
s,\[([^]]*)\]\((learn|how-to|explain|reference|simulator)/([^)]*)\.md\),\\subpage md_docs_\2/\3 "\1",g
:name
s,(md_docs_[A-Za-z0-9_]*)[/-],\1_,
tname
