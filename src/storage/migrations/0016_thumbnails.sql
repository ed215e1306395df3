-- Where the pictures of a g-code stand in its file (domain/thumbnail.hpp). Null: there are none.
ALTER TABLE gcodes ADD COLUMN thumbnails {{json}};
